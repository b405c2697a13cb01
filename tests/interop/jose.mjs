// Signs tokens the way other systems do, with jose, which Better Auth itself signs with. Standard input: {"tokens":
// {name: {"alg", "claims", "secret"?, "header"?}}}; standard output: {"keys": [...], "tokens": {name: token}}. Every
// algorithm gets one key pair; a token with a `secret` is signed with that.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } = await import(
  pathToFileURL(require.resolve("jose"))
);
const asked = JSON.parse(readFileSync(0, "utf8"));
const pairs = {};
const keys = [];

async function pairFor(alg) {
  if (!pairs[alg]) {
    const pair = await generateKeyPair(alg, { extractable: true });
    const published = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(published);
    keys.push({ ...published, alg, kid, use: "sig" });
    pairs[alg] = { ...pair, kid };
  }
  return pairs[alg];
}

const tokens = {};
for (const [name, { alg, claims, secret, header }] of Object.entries(asked.tokens)) {
  const pair = secret ? null : await pairFor(alg);
  const whole = { alg, ...(pair && { kid: pair.kid }), ...header };
  const key = pair ? pair.privateKey : new TextEncoder().encode(secret);
  tokens[name] = await new SignJWT(claims).setProtectedHeader(whole).sign(key);
}
process.stdout.write(JSON.stringify({ keys, tokens }));
