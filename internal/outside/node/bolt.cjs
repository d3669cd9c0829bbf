// Runs a Bolt app over HTTP against the emulated workspace and prints one line
// of JSON for each thing that it takes. It ends with its standard input.
const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');

const [url, token, signingSecret] = process.argv.slice(2);
const receiver = new HTTPReceiver({ signingSecret, endpoints: ['/slack/all'], logLevel: LogLevel.ERROR });
const app = new App({ token, receiver, logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl: url } });
const say = (seen) => console.log(JSON.stringify(seen));

app.command('/rootcheck', async ({ command, ack }) => {
  await ack(`checking ${command.text}`);
});
app.action('check', async ({ ack, body, action, client, respond }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: 'modal', callback_id: 'form', title: { type: 'plain_text', text: 'Accounts' }, submit: { type: 'plain_text', text: 'Go' },
      blocks: [{
        type: 'input', block_id: 'accounts', label: { type: 'plain_text', text: 'Accounts' },
        element: { type: 'plain_text_input', action_id: 'ids' },
      }],
    },
  });
  await respond({ replace_original: true, text: `pressed ${action.value}` });
  say({ action: action.action_id, channel: body.channel.id, message: body.message.ts });
});
app.view('form', async ({ ack, view, body }) => {
  const ids = view.state.values.accounts.ids.value;
  if (ids === 'wrong') {
    await ack({ response_action: 'errors', errors: { accounts: 'No such account' } });
    return;
  }
  await ack();
  say({ view: view.callback_id, ids, user: body.user.id });
});
app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({
    user_id: event.user, view: { type: 'home', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'a home' } }] },
  });
  say({ event: event.type });
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
app.start({ port: 0, host: '127.0.0.1' }).then((server) => say({ port: server.address().port }));
