// Signs and verifies messages with the JavaScript library of Standard Webhooks. Standard input: {"messages": [{"secret",
// "id", "timestamp", "body", "signature"}]}; standard output: [{"signature", "is_right", "is_right_when_changed"}].
// Only messages of the last five minutes can be right.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { Webhook } = require("standardwebhooks");
const asked = JSON.parse(readFileSync(0, "utf8"));

function isRight(webhook, body, headers) {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

const answers = asked.messages.map(({ secret, id, timestamp, body, signature }) => {
  const webhook = new Webhook(secret);
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
  };
  return {
    signature: webhook.sign(id, new Date(timestamp * 1000), body),
    is_right: isRight(webhook, body, headers),
    is_right_when_changed: isRight(webhook, body + " ", headers),
  };
});
process.stdout.write(JSON.stringify(answers));
