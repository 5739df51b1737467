package detect

import (
	"strings"
	"unicode"
)

// junkName reports a name that nobody finds again: blank, without a letter or
// digit, a single character, or one character repeated. Short words do not
// count: people name rules HR, IT and DHL.
func junkName(name string) bool {
	name = strings.TrimSpace(name)
	letters := false
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters = true
			break
		}
	}
	if !letters {
		return true
	}
	runes := []rune(strings.ToLower(name))
	if len(runes) == 1 {
		return runes[0] < 0x80 // one ideograph can be a word
	}
	for _, r := range runes {
		if r != runes[0] {
			return false
		}
	}
	return runes[0] < 0x80
}

// lookalikeTerms are names of products, departments and firms that a made-up
// account or application borrows. Folded.
var lookalikeTerms = []string{"microsoft", "office", "office365", "outlook", "exchange", "sharepoint", "onedrive", "teams", "azure", "defender", "windows", "google", "adobe", "docusign", "dropbox", "zoom", "helpdesk", "support", "security", "admin", "administrator", "itcompany", "company"}

// imitates returns the term that the name writes with letters that only look
// right ("rnicrosoft", "0ffice", "ITCornpany"), or "". The term itself is no imitation.
func imitates(name string, more ...string) string {
	n := fold(name)
	for _, w := range strings.FieldsFunc(n, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '|' }) {
		for _, list := range [...][]string{lookalikeTerms, more} {
			for _, term := range list {
				if t := fold(term); len(t) >= 5 && w != t && !strings.Contains(w, t) && strings.Contains(look(w), look(t)) && len(w) <= len(t)+6 {
					return term
				}
			}
		}
	}
	return ""
}

// look folds what looks alike into one spelling.
func look(s string) string {
	return strings.NewReplacer("rn", "m", "vv", "w", "0", "o", "1", "i", "l", "i", "|", "i", "5", "s", "3", "e", "8", "b").Replace(s)
}

// freeMail are providers where anybody opens a mailbox; their domains are
// nobody's organisation. Own knowledge.
var freeMail = setOf("gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it live.com live.co.uk live.fr live.nl msn.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.jp yahoo.co.in ymail.com rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me tutanota.com tuta.io gmx.de gmx.net gmx.com gmx.at web.de t-online.de freenet.de mail.ru yandex.ru yandex.com ya.ru bk.ru inbox.ru list.ru rambler.ru qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it ziggo.nl kpnmail.nl planet.nl wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz bol.com.br uol.com.br terra.com.br comcast.net verizon.net att.net sbcglobal.net cox.net charter.net btinternet.com sky.com zoho.com zohomail.com mail.com email.com usa.com fastmail.com fastmail.fm hushmail.com cock.li mailfence.com posteo.de mailbox.org hey.com yopmail.com mailinator.com guerrillamail.com sharklasers.com 10minutemail.com temp-mail.org")

// FreeMail reports whether the domain is that of a provider where anybody opens a mailbox.
func FreeMail(domain string) bool { return freeMail[strings.ToLower(domain)] }

func setOf(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
