// Reads a JSON array of signed requests from standard input and lets Slack's
// Bolt judge each: prints a JSON array of true (accepted) and false (refused).
const { verifySlackRequest } = require('@slack/bolt');

const requests = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const verdicts = requests.map((r) => {
  try {
    verifySlackRequest({
      signingSecret: r.secret,
      body: r.body,
      headers: { 'x-slack-signature': r.signature, 'x-slack-request-timestamp': r.timestamp },
      nowMilliseconds: r.now * 1000,
    });
    return true;
  } catch {
    return false;
  }
});
console.log(JSON.stringify(verdicts));
