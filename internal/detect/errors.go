package detect

// An errorClass says what a sign-in's AADSTS number means. Numbers from
// MicrosoftDocs entra-docs reference-error-codes.md (04f65548) except 500121
// (SigmaHQ azure_mfa_interrupted and public hunting queries) and 900941,
// 1000000 (seen in exports).
type errorClass uint8

const (
	otherError    errorClass = iota
	wrongPassword            // or no such account
	passwordRight            // first factor right, stopped later (verdict rules, V17)
	lockedOut                // smart lockout or a blocked address; says nothing of the password
	accountState             // disabled, expired, at risk
	tokenError               // expired or revoked: expected after a reset
	consentError             // consent missing, declined, or the administrator's needed
	deviceCode               // polling and confirming a device code
	noiseError               // silent sign-in, keep-me-signed-in, loops
)

var errorClasses = map[int]errorClass{
	50126: wrongPassword, 50034: wrongPassword, 50056: wrongPassword, 120000: wrongPassword, 50064: wrongPassword, 80002: wrongPassword,
	50055: passwordRight, 50072: passwordRight, 50074: passwordRight, 50076: passwordRight, 50079: passwordRight, 50158: passwordRight, 500121: passwordRight,
	53000: passwordRight, 53001: passwordRight, 53002: passwordRight, 53003: passwordRight, 53004: passwordRight, 530035: passwordRight, 50131: passwordRight, 50097: passwordRight, 530032: passwordRight,
	50053: lockedOut,
	50057: accountState, 50135: accountState, 50144: accountState, 80012: accountState,
	50132: tokenError, 50133: tokenError, 50173: tokenError, 70008: tokenError, 700082: tokenError, 70043: tokenError, 50078: tokenError, 50089: tokenError, 70000: tokenError,
	65001: consentError, 65004: consentError, 90094: consentError, 90095: consentError, 900941: consentError,
	70016: deviceCode, 70018: deviceCode, 70019: deviceCode, 50199: deviceCode,
	50058: noiseError, 50140: noiseError, 50196: noiseError, 81010: noiseError, 1000000: noiseError, 50125: noiseError, 16000: noiseError, 16001: noiseError,
}

func classOf(number int) errorClass { return errorClasses[number] }

// rightThenStopped are the numbers of V17: password right, entry stopped later.
var rightThenStopped = map[int]bool{50055: true, 50072: true, 50074: true, 50076: true, 50079: true, 50158: true, 500121: true, 53000: true, 53001: true, 53002: true, 53003: true, 53004: true, 530035: true}
