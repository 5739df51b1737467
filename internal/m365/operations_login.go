package m365

// with is options and more, in an array of its own.
func with(options []string, more ...string) []string {
	return append(append([]string(nil), options...), more...)
}

// loginOperations are the requests that a credential sends. They carry secrets, so nothing of them but the operation, the status and our error is ever shown.
func loginOperations() []Operation {
	const doc = "https://learn.microsoft.com/entra/identity-platform/"
	return []Operation{
		{ID: "get-token", Service: Login, Method: "POST", Path: "/{tenant}/oauth2/v2.0/token", Query: []string{"client-request-id"}, Throttle: Tokens, Doc: doc + "v2-oauth2-client-creds-grant-flow"},
		{ID: "get-device-code", Service: Login, Method: "POST", Path: "/{tenant}/oauth2/v2.0/devicecode", Query: []string{"client-request-id"}, Throttle: Tokens, Doc: doc + "v2-oauth2-device-code"},
		{ID: "get-openid-configuration", Service: Login, Method: "GET", Path: "/{tenant}/v2.0/.well-known/openid-configuration", Throttle: Tokens, Doc: doc + "v2-protocols-oidc"},
		{ID: "discover-authority", Service: Login, Method: "GET", Path: "/common/discovery/instance", Query: []string{"api-version", "authorization_endpoint"}, Throttle: Tokens, Doc: doc + "authentication-national-cloud"},
	}
}

// activityOperations are those of the Management Activity API.
func activityOperations() []Operation {
	const doc = "https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference"
	const feed = "/api/v1.0/{tenant}/activity/feed"
	perm := []string{"ActivityFeed.Read"}
	return []Operation{
		{ID: "list-subscriptions", Service: Activity, Method: "GET", Path: feed + "/subscriptions/list", Query: []string{"PublisherIdentifier"}, Permission: perm, Throttle: Feed, Doc: doc},
		{ID: "start-subscription", Service: Activity, Method: "POST", Path: feed + "/subscriptions/start", Query: []string{"contentType", "PublisherIdentifier"}, Class: Request, Permission: perm, Throttle: Feed, Doc: doc},
		{ID: "stop-subscription", Service: Activity, Method: "POST", Path: feed + "/subscriptions/stop", Query: []string{"contentType", "PublisherIdentifier"}, Class: Request, Permission: perm, Throttle: Feed, Doc: doc},
		{ID: "list-content", Service: Activity, Method: "GET", Path: feed + "/subscriptions/content", Query: []string{"contentType", "startTime", "endTime", "PublisherIdentifier", "nextPage"}, Permission: perm, Throttle: Feed, Doc: doc},
		{ID: "get-content", Service: Activity, Method: "GET", Path: feed + "/audit/{id}", Query: []string{"PublisherIdentifier"}, Permission: perm, Throttle: Feed, Doc: doc},
	}
}
