package m365

// A Cloud is one row of hosts. Hosts of two rows are never mixed: a token of one cloud means nothing in another.
// Source: https://learn.microsoft.com/graph/deployments, https://learn.microsoft.com/powershell/exchange/connect-to-scc-powershell.
type Cloud struct {
	Name       string
	Login      string // signs in and issues tokens
	Graph      string
	Exchange   string // Exchange Online's InvokeCommand
	Compliance string // its twin for Purview and Defender role groups
	Activity   string // Management Activity API; "" where there is none
}

// The clouds that Microsoft runs.
var (
	Worldwide = Cloud{"worldwide", "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com", "ps.compliance.protection.outlook.com", "manage.office.com"}
	GCC       = Cloud{"gcc", "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com", "ps.compliance.protection.outlook.com", "manage-gcc.office.com"}
	GCCHigh   = Cloud{"gcc-high", "login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us", "ps.compliance.protection.office365.us", "manage.office365.us"}
	DoD       = Cloud{"dod", "login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us", "l5.ps.compliance.protection.office365.us", "manage.protection.apps.mil"}
	China     = Cloud{"china", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn", "ps.compliance.protection.partner.outlook.cn", ""}
)

// Clouds lists them all.
var Clouds = []Cloud{Worldwide, GCC, GCCHigh, DoD, China}

// CloudNamed finds a cloud by its name.
func CloudNamed(name string) (Cloud, bool) {
	for _, c := range Clouds {
		if c.Name == name {
			return c, true
		}
	}
	return Cloud{}, false
}

// host of a service; "" where this cloud has none.
func (c Cloud) host(s Service) string {
	switch s {
	case Login:
		return c.Login
	case GraphV1, GraphBeta:
		return c.Graph
	case Exchange:
		return c.Exchange
	case Compliance:
		return c.Compliance
	case Activity:
		return c.Activity
	}
	return ""
}
