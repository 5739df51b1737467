package simtenant

import (
	"net"
	"slices"
	"strings"
)

// A service is one of Microsoft's that this tenant answers for.
type service string

const (
	loginService      service = "login"
	graphService      service = "graph"
	exchangeHost      service = "exchange"
	complianceService service = "compliance"
	activityService   service = "activity"
)

// A cloud is a row of hosts, and what its tokens may be asked for.
type cloud struct {
	name  string
	hosts map[service]string
}

// clouds are Microsoft's (learn.microsoft.com/graph/deployments,
// connect-to-scc-powershell, office-365-management-activity-api-reference).
var clouds = []cloud{
	{"worldwide", map[service]string{loginService: "login.microsoftonline.com", graphService: "graph.microsoft.com", exchangeHost: "outlook.office365.com", complianceService: "ps.compliance.protection.outlook.com", activityService: "manage.office.com"}},
	{"gcc", map[service]string{loginService: "login.microsoftonline.com", graphService: "graph.microsoft.com", exchangeHost: "outlook.office365.com", complianceService: "ps.compliance.protection.outlook.com", activityService: "manage-gcc.office.com"}},
	{"gcc-high", map[service]string{loginService: "login.microsoftonline.us", graphService: "graph.microsoft.us", exchangeHost: "outlook.office365.us", complianceService: "ps.compliance.protection.office365.us", activityService: "manage.office365.us"}},
	{"dod", map[service]string{loginService: "login.microsoftonline.us", graphService: "dod-graph.microsoft.us", exchangeHost: "outlook-dod.office365.us", complianceService: "l5.ps.compliance.protection.office365.us", activityService: "manage.protection.apps.mil"}},
	{"china", map[service]string{loginService: "login.chinacloudapi.cn", graphService: "microsoftgraph.chinacloudapi.cn", exchangeHost: "outlook.office365.cn", complianceService: "ps.compliance.protection.partner.outlook.cn"}},
}

// Hosts are all of Microsoft's that a tenant answers for, sorted: what the
// certificate of a served tenant has to name. Those of the compliance endpoint
// have a label in front once the tenant's host was discovered.
func Hosts() []string {
	var out []string
	for _, c := range clouds {
		for s, h := range c.hosts {
			out = append(out, h)
			if s == complianceService {
				out = append(out, complianceLabel+"."+h)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// place says whom a request is for: by its host, or on a loopback address by its
// path, for clients that cannot be told other addresses than one base.
func place(host, path string) (s service, c cloud, discovered, ok bool) {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(name)
	for _, c := range clouds {
		for s, h := range c.hosts {
			if name == h {
				return s, c, false, true
			}
			if label, rest, _ := strings.Cut(name, "."); s == complianceService && rest == h && label == complianceLabel {
				return s, c, true, true
			}
		}
	}
	if ip := net.ParseIP(strings.Trim(name, "[]")); name != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", cloud{}, false, false
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case strings.EqualFold(first, "adminapi"):
		s = exchangeHost
	case strings.EqualFold(first, "api") && strings.HasPrefix(rest, "v1.0/"):
		s = activityService
	case first == "v1.0" || first == "beta":
		s = graphService
	default:
		s = loginService
	}
	return s, clouds[0], false, true
}
