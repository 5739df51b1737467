package records

import (
	"strings"

	"evict"
)

// clientOf reads a user agent, or the ClientInfoString of a mailbox record
// (Client=OWA;Action=ViaProxy, Client=REST;Client=RESTSystem;; ...), into a client family.
func clientOf(s string) evict.Client {
	s = strings.TrimSpace(s)
	if s == "" || s == "<null>" {
		return evict.Client{}
	}
	var c evict.Client
	agent := s
	if rest, ok := strings.CutPrefix(s, "Client="); ok {
		c.App, agent = infoClient(rest)
		if agent == "" {
			return c
		}
	} else if i := strings.Index(s, "[AppId="); i > 0 {
		agent = s[:i]
	}
	low := strings.ToLower(agent)
	if c.App == "" || c.App == "REST" || c.App == "EWS" || c.App == "MAPI" {
		if app := agentApp(low); app != "" {
			c.App = app
		} else if c.App == "" && !strings.HasPrefix(low, "mozilla/") {
			c.App = product(agent)
		}
	}
	c.OS = osIn(low)
	if strings.HasPrefix(low, "mozilla/") || strings.HasPrefix(low, "opera/") {
		c.Browser = browserIn(low)
		if c.App == "" {
			c.App = "browser"
		}
	}
	return c
}

// infoClients are the protocols of Exchange's ClientInfoString.
var infoClients = []struct{ prefix, app string }{
	{"REST;Client=RESTSystem", "REST (system)"}, {"REST", "REST"}, {"OWA", "Outlook on the web"}, {"OutlookService", "Outlook mobile"}, {"Outlook", "Outlook"},
	{"POP3/IMAP4", "POP3/IMAP4"}, {"IMAP4", "IMAP4"}, {"POP3", "POP3"}, {"ActiveSync", "ActiveSync"}, {"MSExchangeRPC", "MAPI"}, {"Microsoft.Exchange.Mapi", "MAPI"},
	{"WebServices", "EWS"}, {"Hub Transport", "Transport"}, {"SMTP", "SMTP"}, {"Management", "PowerShell"}, {"TBA", "Assistant"}, {"ELC", "Assistant"}, {"CI", "Assistant"}, {"eDiscovery", "eDiscovery"}, {"Substrate", "Substrate"},
}

// infoClient reads what follows Client=, and returns the user agent in it, if any.
func infoClient(s string) (app, agent string) {
	for _, c := range infoClients {
		if len(s) >= len(c.prefix) && equalFold(s[:len(c.prefix)], c.prefix) {
			app, s = c.app, s[len(c.prefix):]
			break
		}
	}
	if app == "" {
		app, s, _ = strings.Cut(s, ";")
		s = ";" + s
	}
	for s != "" {
		var part string
		part, s, _ = strings.Cut(s, ";")
		part = strings.TrimSpace(part)
		if part == "" || strings.HasPrefix(part, "Action=") || strings.HasPrefix(part, "Client=") || !strings.Contains(part, "/") {
			continue
		}
		if s != "" {
			part += ";" + s // a user agent's comment may hold semicolons
		}
		return app, part
	}
	return app, ""
}

// agentApps are applications told by a word of their user agent, the more exact first.
var agentApps = []struct{ word, app string }{
	{"outlook-ios", "Outlook mobile"}, {"outlook-android", "Outlook mobile"}, {"microsoft outlook", "Outlook"}, {"macoutlook", "Outlook for Mac"}, {"olkclient", "Outlook"},
	{"teamsmobile", "Teams"}, {"teams/", "Teams"}, {"msteams", "Teams"}, {"onedrive", "OneDrive"}, {"skydrivesync", "OneDrive"}, {"skype", "Skype for Business"}, {"microsoft office", "Office"}, {"ms office", "Office"}, {"microsoft authenticator", "Authenticator"},
	{"powershell", "PowerShell"}, {"exchangeservicesclient", "EWS client"}, {"ewseditor", "EWS client"}, {"thunderbird", "Thunderbird"}, {"em client", "eM Client"}, {"emclient", "eM Client"},
	{"rclone", "rclone"}, {"python-requests", "python-requests"}, {"python-urllib", "python-urllib"}, {"python-httpx", "python-httpx"}, {"aiohttp", "aiohttp"}, {"axios", "axios"}, {"node-fetch", "node-fetch"}, {"undici", "undici"}, {"got (", "got"},
	{"go-http-client", "Go-http-client"}, {"fasthttp", "fasthttp"}, {"curl/", "curl"}, {"wget/", "wget"}, {"okhttp", "okhttp"}, {"java/", "Java"}, {"bav2ropc", "BAV2ROPC"}, {"cbainprod", "CBAinPROD"}, {"azurecli", "Azure CLI"}, {"azure-cli", "Azure CLI"}, {"postman", "Postman"},
	{"apple-iphone", "ActiveSync"}, {"apple-ipad", "ActiveSync"}, {"ios/", "Apple Mail"}, {"macos/", "Apple Mail"}, {"mac os x/", "Apple Mail"}, {"android-mail", "ActiveSync"}, {"gmail", "Gmail"}, {"samsung", ""},
}

func agentApp(low string) string {
	for _, a := range agentApps {
		if strings.Contains(low, a.word) {
			return a.app
		}
	}
	return ""
}

// product is the first product name of a user agent, without its version.
func product(agent string) string {
	end := strings.IndexAny(agent, "/(;")
	if end < 0 {
		end = len(agent)
	}
	return strings.TrimSpace(agent[:end])
}

func osIn(low string) string {
	switch {
	case strings.Contains(low, "windows phone"):
		return "Windows Phone"
	case strings.Contains(low, "windows") || strings.Contains(low, "win32") || strings.Contains(low, "win64"):
		return "Windows"
	case strings.Contains(low, "iphone") || strings.Contains(low, "ipad") || strings.Contains(low, "ipod") || strings.Contains(low, "ios/") || strings.Contains(low, "outlook-ios"):
		return "iOS"
	case strings.Contains(low, "android"):
		return "Android"
	case strings.Contains(low, "macintosh") || strings.Contains(low, "mac os") || strings.Contains(low, "macos") || strings.Contains(low, "darwin") || strings.Contains(low, "macoutlook"):
		return "macOS"
	case strings.Contains(low, "cros "):
		return "ChromeOS"
	case strings.Contains(low, "linux") || strings.Contains(low, "x11") || strings.Contains(low, "ubuntu"):
		return "Linux"
	}
	return ""
}

func browserIn(low string) string {
	switch {
	case strings.Contains(low, "edg/") || strings.Contains(low, "edge/") || strings.Contains(low, "edga/") || strings.Contains(low, "edgios/"):
		return "Edge"
	case strings.Contains(low, "opr/") || strings.Contains(low, "opera"):
		return "Opera"
	case strings.Contains(low, "firefox/") || strings.Contains(low, "fxios/"):
		return "Firefox"
	case strings.Contains(low, "samsungbrowser/"):
		return "Samsung Internet"
	case strings.Contains(low, "headlesschrome"):
		return "Headless Chrome"
	case strings.Contains(low, "electron/"):
		return "Electron"
	case strings.Contains(low, "chrome/") || strings.Contains(low, "crios/") || strings.Contains(low, "chromium"):
		return "Chrome"
	case strings.Contains(low, "msie ") || strings.Contains(low, "trident/"):
		return "Internet Explorer"
	case strings.Contains(low, "safari/"):
		return "Safari"
	}
	return ""
}

// osFamily drops the version of an operating system as device details name it.
func osFamily(s string) string {
	s = strings.TrimSpace(s)
	if f := osIn(strings.ToLower(s)); f != "" {
		return f
	}
	if strings.HasPrefix(strings.ToLower(s), "ios") || strings.HasPrefix(strings.ToLower(s), "ipados") {
		return "iOS"
	}
	return withoutVersion(s)
}

// browserFamily drops the version of a browser as device details name it.
func browserFamily(s string) string {
	s = strings.TrimSpace(s)
	low := strings.ToLower(s)
	for _, b := range [...]string{"Edge", "Chrome", "Firefox", "Safari", "Opera"} {
		if strings.HasPrefix(low, strings.ToLower(b)) || strings.HasPrefix(low, "mobile "+strings.ToLower(b)) {
			return b
		}
	}
	if strings.HasPrefix(low, "ie ") || strings.HasPrefix(low, "internet explorer") {
		return "Internet Explorer"
	}
	return withoutVersion(s)
}

func withoutVersion(s string) string {
	if i := strings.IndexAny(s, "0123456789"); i > 0 {
		return strings.TrimRight(s[:i], " ./(-v")
	}
	return s
}

// clientCache keeps the families of the last user agents: a file has few.
type clientCache [64]struct {
	text   string
	client evict.Client
}

func (c *clientCache) of(s string) evict.Client {
	if s == "" {
		return evict.Client{}
	}
	slot := &c[hashText(s)&63]
	if slot.text != s {
		slot.text = strings.Clone(s)
		slot.client = clientOf(slot.text)
	}
	return slot.client
}
