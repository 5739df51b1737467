// Microsoft's own clients against the simulated tenant: unchanged but for
// addresses and the certificate authority. Each check prints "ok NAME".
import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";
import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from "@microsoft/microsoft-graph-client";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const site = JSON.parse(readFileSync(0, "utf8"));
const base = `https://${site.address}`;
const scopes = ["https://graph.microsoft.com/.default"];
const auth = { clientId: site.client, authority: `${base}/${site.tenant}`, knownAuthorities: [site.address] };

async function check(name, f) {
  await f();
  console.log(`ok ${name}`);
}

const app = new ConfidentialClientApplication({ auth: { ...auth, clientSecret: site.secret } });
let token;

await check("secret", async () => {
  token = (await app.acquireTokenByClientCredential({ scopes })).accessToken;
  assert.ok(token.split(".").length === 3);
});

await check("wrong secret", async () => {
  const wrong = new ConfidentialClientApplication({ auth: { ...auth, clientSecret: "not it" } });
  await assert.rejects(wrong.acquireTokenByClientCredential({ scopes }), /7000215/);
});

await check("certificate", async () => {
  const certified = new ConfidentialClientApplication({
    auth: { ...auth, clientId: site.certified, clientCertificate: { thumbprintSha256: site.thumbprint, privateKey: site.key } },
  });
  assert.ok((await certified.acquireTokenByClientCredential({ scopes })).accessToken);
});

await check("device code", async () => {
  const device = new PublicClientApplication({ auth: { ...auth, clientId: site.public } });
  const got = await device.acquireTokenByDeviceCode({
    scopes: ["User.Read"],
    deviceCodeCallback: async (c) => {
      const body = new URLSearchParams({ code: c.userCode, login: site.user, password: site.password });
      const answer = await fetch(`${base}/common/oauth2/deviceauth`, { method: "POST", body });
      assert.equal(answer.status, 200, await answer.text());
    },
  });
  assert.equal(got.account.username, site.user);
});

const graph = Client.init({ baseUrl: base, customHosts: new Set([site.host]), authProvider: (done) => done(null, token) });

await check("select", async () => {
  const me = await graph.api(`/users/${site.user}`).select("id,userPrincipalName,accountEnabled").get();
  assert.equal(me.userPrincipalName, site.user);
  assert.equal(me.accountEnabled, true);
});

await check("pages", async () => {
  const first = await graph.api("/users").select("id").top(3).get();
  assert.equal(first.value.length, 3);
  const seen = new Set();
  await new PageIterator(graph, first, (u) => seen.add(u.id) && true).iterate();
  assert.equal(seen.size, site.users);
});

await check("filter and count", async () => {
  const found = await graph.api("/users").header("ConsistencyLevel", "eventual").count(true).filter(`endswith(userPrincipalName,'@${site.domain}')`).get();
  assert.ok(found["@odata.count"] > 0);
});

await check("mail", async () => {
  const got = await graph.api(`/users/${site.id}/messages`).select("subject,receivedDateTime").top(5).get();
  assert.equal(got.value.length, 5);
});

await check("unknown path", async () => {
  await assert.rejects(graph.api("/users/nosuch/whatever").get(), (e) => e.statusCode === 400 && e.code === "BadRequest");
});

await check("not found", async () => {
  await assert.rejects(graph.api("/users/nobody@nowhere.example").get(), (e) => e.statusCode === 404 && e.code === "Request_ResourceNotFound");
});

await check("throttled once", async () => {
  const got = await graph.api("/domains").get(); // the tenant answers the first with 429, and the client's own handler waits
  assert.ok(got.value.length > 0);
});

await check("batch", async () => {
  const batch = new BatchRequestContent([
    { id: "1", request: new Request(`https://graph.microsoft.com/v1.0/users/${site.id}?$select=id`) },
    { id: "2", request: new Request("https://graph.microsoft.com/v1.0/organization") },
  ]);
  const content = await batch.getContent();
  for (const r of content.requests) r.url = r.url.replace(/^\/v1.0/, "");
  const answers = new BatchResponseContent(await graph.api("/$batch").post(content));
  assert.equal((await answers.getResponseById("1").json()).id, site.id);
  assert.equal(answers.getResponseById("2").status, 200);
});

await check("write", async () => {
  await graph.api(`/users/${site.id}`).patch({ accountEnabled: false });
  const me = await graph.api(`/users/${site.id}`).select("accountEnabled").get();
  assert.equal(me.accountEnabled, false);
});

await check("no permission", async () => {
  await assert.rejects(graph.api("/identity/conditionalAccess/policies").post({ displayName: "x" }), (e) => e.statusCode >= 400);
});

await check("no token", async () => {
  const nobody = Client.init({ baseUrl: base, customHosts: new Set([site.host]), authProvider: (done) => done(null, "nonsense") });
  await assert.rejects(nobody.api("/users").get(), (e) => e.statusCode === 401 && e.code === "InvalidAuthenticationToken");
});
