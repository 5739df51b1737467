package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"evict/internal/m365"
)

// permissionsIntro opens the page.
const permissionsIntro = `# Permissions

Written by ` + "`make docs`" + ` from the table of operations (internal/m365). Nothing here was measured on a tenant of Microsoft's: permissions are those of the linked pages.

Application registrations are apart, so that the one which is used every day can change nothing:

- **collect** only reads. It also makes audit queries and feed subscriptions, which are jobs of its own.
- **respond** changes. Use it during an incident, and take its credential away afterwards.
- **recall** moves the attacker's messages in other people's mailboxes. Make it only when that is wanted, and limit it to those mailboxes.

` + "`evict tenant check`" + ` compares what is granted with these tables and says what will therefore be unknown.
An application that may read is not yet allowed to run a cmdlet: ` + "`Exchange.ManageAsApp`" + ` only lets it in, and a role in Exchange Online says what it may do there.
Global Reader can't read inbox rules: rules that it does not see are unknown, not absent.
`

const permissionsOutro = `
## Roles in Exchange Online

The application becomes a service principal of Exchange, and gets the roles of the tables above. In Exchange Online PowerShell, as an Exchange administrator, with the application ID and the object ID of its service principal in Entra:

` + "```powershell" + `
New-ServicePrincipal -AppId $appId -ObjectId $objectId -DisplayName "evict collect"
# these roles could also change things: collect gets copies that can only read
foreach ($role in %s) {
  New-ManagementRole -Name "evict $role" -Parent $role
  Get-ManagementRoleEntry "evict $role\*" | Where-Object Name -notlike "Get-*" | ForEach-Object { Remove-ManagementRoleEntry "evict $role\$($_.Name)" -Confirm:$false }
}
New-RoleGroup -Name "evict collect" -Members $objectId -Roles %s
` + "```" + `

respond gets its own group in the same way, or the Entra role Exchange Administrator. Source: [app-only authentication](https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2).
Setting the password of an administrator needs the Entra role Privileged Authentication Administrator on the service principal as well, and blocking one needs a higher role than the target's. Source: [who can perform sensitive actions](https://learn.microsoft.com/graph/api/resources/users).

Content search and purge can't be run by an application, and there is no interface for app passwords: these stay steps for a person.
`

// recallScope limits what may move mail in anybody's mailbox.
const recallScope = `
Then take the tenant-wide permissions away again and give the same for a group of mailboxes (in Exchange Online PowerShell; the group holds the recipients):

` + "```powershell" + `
New-ServicePrincipal -AppId $appId -ObjectId $objectId -DisplayName "evict recall"
New-ManagementScope -Name "evict recall" -RecipientRestrictionFilter "MemberOfGroup -eq '$((Get-DistributionGroup "evict recall").DistinguishedName)'"
New-ManagementRoleAssignment -App $objectId -Role "Application Mail.ReadWrite" -CustomResourceScope "evict recall"
` + "```" + `

Source: [role-based access control for applications](https://learn.microsoft.com/exchange/permissions-exo/application-rbac).
`

// risky grants can take over the tenant.
var risky = []string{"AppRoleAssignment.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "Application.ReadWrite.All", "GroupMember.ReadWrite.All"}

// permissionsPage lists each source and action with its least permissions, and how to make both registrations.
func permissionsPage() []byte {
	var b bytes.Buffer
	b.WriteString(permissionsIntro)
	uses(&b, "Sources (collect)", m365.Sources)
	uses(&b, "Actions (respond)", m365.Actions)
	uses(&b, "Recall (a registration of its own)", m365.Recalls)
	b.WriteString("\nPermissions that can take over a tenant, so grant them only to respond, and only when needed: " + strings.Join(risky, ", ") + ".\n")
	registration(&b, "collect", m365.Sources)
	registration(&b, "respond", m365.Actions)
	registration(&b, "recall", m365.Recalls)
	b.WriteString(recallScope)
	_, roles := needs(m365.Sources)
	var wide, group []string
	for _, r := range roles {
		if strings.HasPrefix(r, "View-Only ") {
			group = append(group, `"`+r+`"`)
		} else {
			wide = append(wide, `"`+r+`"`)
			group = append(group, `"evict `+r+`"`)
		}
	}
	fmt.Fprintf(&b, permissionsOutro, strings.Join(wide, ", "), strings.Join(group, ", "))
	operationsTable(&b)
	return b.Bytes()
}

func uses(b *bytes.Buffer, title string, all []m365.Use) {
	fmt.Fprintf(b, "\n## %s\n\n| what | least permissions | Exchange or Entra roles | service plan, one of | otherwise |\n|---|---|---|---|---|\n", title)
	for _, u := range all {
		permissions, roles := needs([]m365.Use{u})
		var names []string
		for _, p := range permissions {
			names = append(names, p.name)
		}
		var plans []string
		for _, p := range u.Plans {
			plans = append(plans, p+"…")
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", u.Name, strings.Join(names, ", "), strings.Join(roles, ", "), strings.Join(plans, ", "), u.Alternative)
	}
}

// A permission belongs to the application of a resource.
type permission struct{ resource, name string }

// needs are the least permissions and the roles of some uses, sorted.
func needs(all []m365.Use) ([]permission, []string) {
	var permissions []permission
	var roles []string
	for _, u := range all {
		for _, id := range u.Ops {
			op, _ := m365.OperationByID(id)
			if len(op.Permission) > 0 {
				permissions = append(permissions, permission{op.Service.Resource(), op.Permission[0]})
			}
			roles = append(roles, op.Roles...)
		}
	}
	slices.SortFunc(permissions, func(a, b permission) int { return strings.Compare(a.resource+a.name, b.resource+b.name) })
	slices.Sort(roles)
	return slices.Compact(permissions), slices.Compact(roles)
}

// registration prints commands that make one application. The IDs of permissions are asked of the tenant itself, so no list of ours can be wrong.
func registration(b *bytes.Buffer, name string, all []m365.Use) {
	permissions, _ := needs(all)
	fmt.Fprintf(b, "\n## Registration: %s\n\nIn Azure CLI, signed in as a Privileged Role Administrator or Global Administrator:\n\n```sh\n", name)
	fmt.Fprintf(b, "app=$(az ad app create --display-name 'evict %s' --sign-in-audience AzureADMyOrg --query appId -o tsv)\naz ad sp create --id \"$app\"\n", name)
	b.WriteString("grant() { # resource, permission\n  id=$(az ad sp show --id \"$1\" --query \"appRoles[?value=='$2'].id | [0]\" -o tsv)\n  az ad app permission add --id \"$app\" --api \"$1\" --api-permissions \"$id=Role\"\n}\n")
	for _, p := range permissions {
		fmt.Fprintf(b, "grant %s %s\n", p.resource, p.name)
	}
	b.WriteString("az ad app permission admin-consent --id \"$app\"\n# a certificate whose key stays with you; only its public part is uploaded\n")
	fmt.Fprintf(b, "openssl req -x509 -newkey rsa:3072 -sha256 -days 365 -nodes -subj '/CN=evict %s' -keyout evict-%s.key -out evict-%s.crt\n", name, name, name)
	fmt.Fprintf(b, "az ad app credential reset --id \"$app\" --cert @evict-%s.crt --append\n```\n", name)
}

func operationsTable(b *bytes.Buffer) {
	b.WriteString("\n## Every call\n\nClasses: a read changes nothing, a request makes a job of ours, a write needs an approved step. The quota is what calls of one kind share.\n\n| call | class | permission | roles | quota |\n|---|---|---|---|---|\n")
	for _, o := range m365.Operations {
		allowed := strings.Join(o.Permission, " or ")
		if allowed == "" {
			allowed = "no application may"
			if o.Service == m365.Login {
				allowed = "none"
			}
		}
		fmt.Fprintf(b, "| [%s](%s) | %s | %s | %s | %s |\n", o.ID, o.Doc, o.Class, allowed, strings.Join(o.Roles, ", "), o.Throttle)
	}
}
