package records

import (
	"strings"
	"testing"
)

// Where a message came from outside is where trust ends: the last of the
// receiver's own servers names the address, and what stands below is the
// sender's word, whatever it says.
func TestHandover(t *testing.T) {
	for _, c := range []struct {
		name, received string // one Received value a line, newest first
		handover       string
		trusted        int
		microsoft      bool
		mapi           bool
	}{
		{"another provider", `from evil.test (evil.test [203.0.113.66]) by mx1.fabrikam.example with ESMTP
from x by mx1.fabrikam.example with mapi id 15`, "203.0.113.66", 1, false, false},
		{"handed on inside", `by mail.fabrikam.example with LMTP id 1
from mx1.fabrikam.example (mx1.fabrikam.example [10.0.0.5]) by mail.fabrikam.example with ESMTP
from evil.test ([203.0.113.66]) by mx1.fabrikam.example with ESMTP
from lie.test ([192.0.2.1]) by mx1.fabrikam.example with ESMTP`, "203.0.113.66", 3, false, false},
		{"greets as one of ours from outside", `from mx9.fabrikam.example (unknown [203.0.113.66]) by mx1.fabrikam.example with ESMTP
from good.example ([192.0.2.1]) by mx9.fabrikam.example with ESMTP`, "203.0.113.66", 1, false, false},
		{"an internal hop and then a stranger's", `from mx1.fabrikam.example ([10.0.0.5]) by mail.fabrikam.example with ESMTP
from good.example ([192.0.2.1]) by relay.evil.test with mapi id 1`, "", 1, false, false},
		{"Exchange Online", `from A.prod.outlook.com (2603:10a6:20b::7) by B.prod.outlook.com with HTTPS
from evil.test (203.0.113.66) by C.mail.protection.outlook.com (10.233.240.1) with Microsoft SMTP Server
from D.prod.outlook.com ([fe80::1]) by D.prod.outlook.com ([fe80::1%4]) with mapi id 15`, "203.0.113.66", 2, true, false},
		{"Exchange Online from outside by a Microsoft name", `from A.prod.outlook.com (203.0.113.66) by B.mail.protection.outlook.com with Microsoft SMTP Server
from D.prod.outlook.com ([fe80::1]) by D.prod.outlook.com ([fe80::1%4]) with mapi id 15`, "203.0.113.66", 1, true, false},
		{"never left Exchange Online", `from A.prod.outlook.com (2603:10a6:20b::7) by B.prod.outlook.com with HTTPS
from D.prod.outlook.com ([fe80::1]) by D.prod.outlook.com ([fe80::1%4]) with mapi id 15`, "", 2, true, true},
		{"a greeting with a bracket", `from [192.0.2.1] (evil.test [203.0.113.66]) by mx1.fabrikam.example with ESMTP`, "203.0.113.66", 1, false, false},
		{"domains that share only their public ending", `from mx.evil.co.uk ([10.1.1.1]) by mx.contoso.co.uk with ESMTP
from good.example ([192.0.2.1]) by mx.evil.co.uk with ESMTP`, "10.1.1.1", 1, false, false},
	} {
		var b strings.Builder
		for line := range strings.Lines(c.received) {
			b.WriteString("Received: " + strings.TrimSpace(line) + "; Mon, 2 Nov 2026 09:00:02 +0000\r\n")
		}
		m, err := ReadMessage(strings.NewReader(b.String() + "From: a@b.example\r\n\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m.Handover >= 0 {
			got = m.Hops[m.Handover].Addr.String()
		}
		trusted := 0
		for _, h := range m.Hops {
			if h.Trusted {
				trusted++
			}
		}
		if got != c.handover || trusted != c.trusted || m.Microsoft != c.microsoft || m.Mapi != c.mapi {
			t.Errorf("%s: handed over from %q, %d trusted, microsoft %v, mapi %v; want %q, %d, %v, %v", c.name, got, trusted, m.Microsoft, m.Mapi, c.handover, c.trusted, c.microsoft, c.mapi)
		}
	}
}

// Results that stand below the handover, or that another server wrote, are the sender's word.
func TestAuthenticationResults(t *testing.T) {
	const handed = "Received: from x (x [203.0.113.9]) by mx1.fabrikam.example with ESMTP; Mon, 2 Nov 2026 09:00:02 +0000\n"
	const microsoft = "Received: from x (203.0.113.9) by C.mail.protection.outlook.com with Microsoft SMTP Server; Mon, 2 Nov 2026 09:00:02 +0000\n"
	const pass = "Authentication-Results: %s dkim=pass (a; b) header.d=contoso.example; spf=pass smtp.mailfrom=a@contoso.example; dmarc=pass header.from=contoso.example; compauth=pass reason=100\n"
	for _, c := range []struct {
		name, headers string
		forgeable     bool
	}{
		{"the receiver's, above", strings.Replace(pass, "%s", "mx1.fabrikam.example;", 1) + handed, false},
		{"the receiver's name, below", handed + strings.Replace(pass, "%s", "mx1.fabrikam.example;", 1), true},
		{"another server's", strings.Replace(pass, "%s", "mx.evil.test;", 1) + handed, true},
		{"no server named", strings.Replace(pass, "%s", "", 1) + handed, true},
		{"Exchange Online names none", microsoft + strings.Replace(pass, "%s", "", 1), false},
		{"Exchange Online under another name", microsoft + strings.Replace(pass, "%s", "mx.evil.test;", 1), true},
		{"no Received", strings.Replace(pass, "%s", "", 1), true},
	} {
		m, err := ReadMessage(strings.NewReader(c.headers + "From: a@contoso.example\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		if m.Auth.Forgeable != c.forgeable {
			t.Errorf("%s: forgeable %v, want %v", c.name, m.Auth.Forgeable, c.forgeable)
		}
		if a := m.Auth; a.DKIM != "pass" || len(a.DKIMDomains) != 1 || a.DKIMDomains[0] != "contoso.example" || a.SPFDomain != "contoso.example" || a.DMARCDomain != "contoso.example" || a.Composite != "pass" {
			t.Errorf("%s: read as %+v", c.name, a)
		}
	}
}
