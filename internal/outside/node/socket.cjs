// Connects Slack's own SocketModeClient to the emulated workspace, acknowledges
// what comes, and prints one line of JSON for each thing that it sees. It ends
// with its standard input.
const { SocketModeClient, LogLevel } = require('@slack/socket-mode');

const [url, appToken] = process.argv.slice(2);
const client = new SocketModeClient({
  appToken, logLevel: LogLevel.ERROR,
  clientPingTimeout: 1500, // also how long it waits before it comes again
  clientOptions: { slackApiUrl: url, logLevel: LogLevel.ERROR },
});
const say = (seen) => console.log(JSON.stringify(seen));

client.on('connected', () => say({ state: 'connected' }));
client.on('slash_commands', async ({ body, ack }) => {
  await ack({ text: `checking ${body.text}` });
  say({ command: body.command, text: body.text });
});
client.on('interactive', async ({ body, ack }) => {
  if (body.type === 'view_submission') {
    await ack({ response_action: 'errors', errors: { accounts: 'No such account' } });
  } else {
    await ack();
  }
  say({ interaction: body.type, action: body.actions?.[0]?.action_id, trigger: body.trigger_id });
});
client.on('app_home_opened', async ({ event, ack }) => {
  await ack();
  say({ event: event.type, user: event.user });
});
process.stdin.resume();
process.stdin.on('end', () => client.disconnect().then(() => process.exit(0)));
client.start().catch((e) => {
  say({ failed: String(e) });
  process.exit(1);
});
