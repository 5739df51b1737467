package simtenant

import "slices"

// Query options of directory objects: of one, of a list, and of a list that may
// be asked advanced questions (learn.microsoft.com/graph/aad-advanced-queries).
const (
	oneQuery      = "$select $expand"
	listedQuery   = "$select $expand $filter $orderby $top $count"
	searchedQuery = listedQuery + " $search"
)

// Permissions that let a caller into much of the directory.
const (
	readDirectory  = "Directory.Read.All Directory.ReadWrite.All"
	writeDirectory = "Directory.ReadWrite.All"
)

// anyPermission is that of a call that everybody with a token may make.
const anyPermission = "*"

// directoryTable is every call of Graph's about the directory. What a row says is
// on the page of its call under learn.microsoft.com/graph/api; permissions are
// Microsoft's lists there, without those for Intune and for agents.
func directoryTable() []row {
	return slices.Concat(usersTable(), userChangeTable(), methodsTable(), methodChangeTable(), licencesTable(), tenantTable(), policiesTable(), rolesTable(), groupsTable(), devicesTable(), applicationsTable(), changesTable(), securityTable(), batchTable())
}

// typed is an object in a list of several types, which says its own.
func typed(name string, o Object) Object {
	out := Object{"@odata.type": "#microsoft.graph." + name}
	for k, v := range o {
		out[k] = v
	}
	return out
}
