package detect

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The word lists below are our own knowledge of the languages, gathered for
// the subjects that rules of intruders are known to pick (practice of
// responders; verdict rules, C5). They are folded: lower case, no accents.
// Words of four letters or fewer count only as whole words.

var securityWords = []string{
	"phish", "hack", "hijack", "compromis", "malware", "virus", "spam", "scam", "fraud", "suspicious", "unusual sign", "security alert", "security notice", "alert", "helpdesk", "help desk", "it support", "service desk",
	"password", "passcode", "verification code", "verify your", "two-factor", "2fa", "mfa", "authenticator", "unauthori", "do not click", "do not open", "don't open", "did you send", "is this you", "legit", "undeliverable", "delivery status", "mailer-daemon", "postmaster", "failure notice", "docusign", "mcafee", "microsoft account", "sign-in attempt", "virus alert", "itsupport",
	// German
	"gehackt", "betrug", "verdachtig", "sicherheit", "passwort", "kennwort", "unzustellbar", "warnung",
	// French
	"pirate", "piratage", "hameconnage", "frauduleu", "securite", "mot de passe", "suspect", "non remis", "alerte",
	// Spanish, Portuguese
	"hackead", "fraude", "estafa", "sospechos", "seguridad", "contrasena", "suspeit", "seguranca", "senha", "palavra-passe", "golpe", "no entregado",
	// Italian
	"truffa", "frode", "sospett", "sicurezza", "violat",
	// Dutch, Danish, Swedish, Norwegian, Finnish
	"gehackt", "verdacht", "beveiliging", "wachtwoord", "oplichting", "hacket", "mistaenkelig", "misstankt", "sikkerhed", "sikkerhet", "sakerhet", "losenord", "adgangskode", "passord", "bedrageri", "tietoturva", "salasana", "huijaus",
	// Polish, Czech, Turkish, Hungarian
	"oszust", "bezpieczenstw", "haslo", "podejrzan", "podvod", "bezpecnost", "heslo", "guvenlik", "sifre", "dolandir", "csalas", "biztonsag", "jelszo",
	// Russian, Japanese, Chinese
	"взлом", "мошен", "безопасност", "пароль", "フィッシング", "不審", "セキュリティ", "パスワード", "詐欺", "钓鱼", "可疑", "密码", "安全",
}

// securitySenders are fragments of the senders of warnings and bounces.
var securitySenders = []string{"mailer-daemon", "postmaster", "microsoftexchange329e", "phish", "helpdesk", "help-desk", "servicedesk", "itsupport", "it-support", "security@", "abuse@", "account-security-noreply", "accountprotection", "msonlineservicesteam", "microsoft-noreply", "msa@communication.microsoft"}

var moneyWords = []string{
	"invoice", "payment", "paid", "unpaid", "remit", "wire", "wiring", "bank", "iban", "swift", "ach", "account number", "routing number", "bank detail", "statement of account", "purchase order", "quotation", "overdue", "receivable", "payable", "settlement", "escrow", "closing", "deposit", "transfer", "refund", "credit note", "w-9", "w9", "billing", "balance due", "due date",
	"rechnung", "zahlung", "uberweisung", "mahnung", "kontoverbindung", "bankverbindung", "bankdaten", "lastschrift", "faktura", "gutschrift",
	"facture", "paiement", "virement", "coordonnees bancaires", "releve de compte", "reglement", "impaye",
	"factura", "pago", "transferencia", "cuenta bancaria", "fatura", "pagamento", "boleto", "conta bancaria",
	"fattura", "bonifico", "pagamenti", "coordinate bancarie",
	"factuur", "betaling", "bankrekening", "overschrijving", "rekeningnummer",
	"betalning", "overforing", "faktura", "lasku", "maksu", "tilisiirto",
	"platnosc", "przelew", "platba", "prevod", "szamla", "fizetes", "utalas", "odeme", "havale", "fatura",
	"счет", "оплат", "платеж", "請求書", "支払", "振込", "发票", "付款", "汇款",
}

var payrollWords = []string{
	"payroll", "direct deposit", "payslip", "pay slip", "paycheck", "paystub", "salary", "wages", "human resources", "benefits enrollment", "workday", "adp", "paychex", "gusto", "paylocity", "ukg", "kronos", "bamboohr", "ceridian", "dayforce", "personio", "datev",
	"gehalt", "lohn", "lohnabrechnung", "personalabteilung", "salaire", "bulletin de paie", "fiche de paie", "nomina", "salario", "folha de pagamento", "holerite", "stipendio", "busta paga", "cedolino", "salaris", "loonstrook", "lonespecifikation", "lonn", "palkka", "wynagrodzen", "mzda", "vyplatn", "maas", "berbezes", "зарплат", "給与", "工资",
}

// payrollSenders are domains of payroll, personnel and banking services whose
// mail announces a change of payment details: rules on them hide the notice.
var payrollSenders = []string{
	"adp.com", "workday.com", "myworkday.com", "paychex.com", "gusto.com", "paylocity.com", "paycom.com", "paycor.com", "ukg.com", "ultipro.com", "kronos.net", "bamboohr.com", "dayforce.com", "ceridian.com", "rippling.com", "trinet.com", "zenefits.com", "justworks.com", "sage.com", "personio.com", "personio.de", "datev.de", "deel.com", "remote.com", "oraclecloud.com", "successfactors.com", "sap.com", "isolvedhcm.com", "hibob.com", "factorial.co", "payfit.com", "xero.com", "intuit.com", "quickbooks.com", "bill.com", "paypal.com", "stripe.com", "wise.com",
}

// noticeSubjects are fragments of the subjects of mail by which Microsoft and
// other services warn an owner: new method, new sign-in, changed password,
// new device, new rule or forwarding.
var noticeSubjects = []string{
	"security info", "security information", "new sign-in", "unusual sign-in", "sign-in activity", "signed in", "new device", "password was changed", "password has been changed", "password changed", "password reset", "authenticator", "multi-factor", "multifactor", "two-step", "2-step verification", "verification code", "method added", "method was added", "authentication method", "registered a new", "app was added", "new app", "connected to your account", "suspicious activity", "suspicious sign-in", "security alert", "account activity", "forwarding", "inbox rule", "review recent activity", "your account was", "self-service password",
	"sicherheitsinformation", "neue anmeldung", "kennwort wurde", "kennwort geandert", "sicherheitswarnung", "ungewohnliche anmeldung",
	"informations de securite", "nouvelle connexion", "mot de passe a ete", "alerte de securite", "activite inhabituelle",
	"informacion de seguridad", "nuevo inicio de sesion", "contrasena se ha", "alerta de seguridad",
	"informacoes de seguranca", "nova entrada", "senha foi", "alerta de seguranca", "informazioni di sicurezza", "nuovo accesso", "password e stata", "avviso di sicurezza",
	"beveiligingsgegevens", "nieuwe aanmelding", "wachtwoord is gewijzigd", "beveiligingswaarschuwing", "informacje zabezpieczajace", "nowe logowanie", "haslo zostalo",
}

// bounceSubjects are fragments of the subjects of bounces and of answers that
// warn a sender that his mail looks wrong.
var bounceSubjects = []string{
	"undeliverable", "delivery status notification", "delivery has failed", "mail delivery failed", "failure notice", "returned mail", "unzustellbar", "non remis", "no se puede entregar", "nao entregue", "non recapitabile", "niet bestelbaar", "onbestelbaar", "olevererbart", "kan inte levereras",
	"is this legit", "is this real", "did you send", "are you hacked", "hacked", "phishing",
}

// hackedSubjects are fragments of the common messages of hacked accounts
// (symptom 6): travel emergencies, gift cards, shared-document lures.
var hackedSubjects = []string{
	"stuck in", "stranded in", "send money", "lost my wallet", "lost my passport", "need your help urgently", "urgent help", "need a favor", "need a favour", "are you available", "are you at your desk", "quick task", "gift card", "itunes card", "amazon card", "western union", "moneygram", "inheritance", "lottery", "bitcoin", "crypto investment", "shared a document with you", "has shared a file with you", "you have a new voicemail", "new voice message", "secure document", "encrypted message",
	"brauche deine hilfe", "gutschein", "gestrandet", "carte cadeau", "bloque a", "besoin de ton aide", "tarjeta de regalo", "necesito tu ayuda", "varado en", "buono regalo", "bloccato a", "cadeaukaart", "cadeaubon",
}

// fold lowers text and takes accents off, so that one list serves all spellings.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	s = strings.ToLower(s)
	if ascii {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x3000: // marks of Japanese letters are part of them
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø':
			b.WriteByte('o')
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFKC.String(b.String())
}

// hasWord returns the first word of the list that the text holds, or "".
func hasWord(text string, list []string) string {
	text = fold(text)
	for _, w := range list {
		if holds(text, w) {
			return w
		}
	}
	return ""
}

// holds reports whether folded text holds the word where a word begins; one of
// four letters or fewer must be a whole word. Scripts without blanks match anywhere.
func holds(text, w string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		at := from + i
		if bounded(text, at, at+len(w)) {
			return true
		}
		from = at + 1
	}
}

// bounded reports whether text[at:end], which is a word of a list, stands as holds asks.
func bounded(text string, at, end int) bool {
	if text[at] >= 0x80 {
		return true
	}
	return (at == 0 || !letter(text[at-1])) && (end-at > 4 || end == len(text) || !letter(text[end]))
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

// picks returns the first word of the list that a rule's condition text picks:
// a rule names a fragment ("invoic") as well as a whole phrase.
func picks(condition string, list []string) string {
	if w := hasWord(condition, list); w != "" {
		return w
	}
	c := fold(strings.TrimSpace(condition))
	if len(c) < 4 {
		return ""
	}
	for _, w := range list {
		if strings.HasPrefix(w, c) {
			return w
		}
	}
	return ""
}

// moneyIndex holds the words about payment and payroll by their first byte:
// every subject of every mail is looked up in them.
var moneyIndex = byFirst(moneyWords, payrollWords)

func byFirst(lists ...[]string) (index [256][]string) {
	for _, w := range slices.Concat(lists...) {
		index[w[0]] = append(index[w[0]], w)
	}
	return index
}

// MoneyWords reports whether a subject is about payment or payroll.
func MoneyWords(subject string) bool {
	text := fold(subject)
	for at := range len(text) {
		for _, w := range moneyIndex[text[at]] {
			if strings.HasPrefix(text[at:], w) && bounded(text, at, at+len(w)) {
				return true
			}
		}
	}
	return false
}
