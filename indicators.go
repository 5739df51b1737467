package evict

// IndicatorsSchema names the file of indicators that one case hands to another.
const IndicatorsSchema = "evict.indicators/v1"

// Indicators are what one attacker used in a case, for finding the same hand
// elsewhere (--known-bad).
type Indicators struct {
	Schema    string      `json:"schema"`
	Case      string      `json:"case,omitempty"`
	Networks  []Indicator `json:"networks"`
	Agents    []Indicator `json:"userAgents"`
	Devices   []Indicator `json:"devices"`
	Apps      []Indicator `json:"applications"`
	Sessions  []Indicator `json:"sessions"`
	Phones    []Indicator `json:"phones"`
	RuleNames []Indicator `json:"ruleNames"`
	Domains   []Indicator `json:"domains"`
}

// An Indicator is one value and when it was used.
type Indicator struct {
	Value string `json:"value"`
	From  Time   `json:"from"`
	To    Time   `json:"to"`
	Note  string `json:"note,omitempty"`
}

// Holds reports whether the list has the value.
func Holds(list []Indicator, value string) bool {
	if value == "" {
		return false
	}
	for i := range list {
		if equalFold(list[i].Value, value) {
			return true
		}
	}
	return false
}
