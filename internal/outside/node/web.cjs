// Walks Slack's own WebClient through the emulated workspace. Reads where it
// is from standard input, and prints what the client made of each step.
const { WebClient, LogLevel } = require('@slack/web-api');

const { url, token, channel, user, trigger, picture } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const web = new WebClient(token, { slackApiUrl: url, logLevel: LogLevel.ERROR });
const plain = (text) => ({ type: 'plain_text', text });
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });

const steps = {
  auth: () => web.auth.test(),
  post: () => web.chat.postMessage({
    channel, text: 'posted', blocks: [section('posted')],
    metadata: { event_type: 'judged', event_payload: { dedupe_key: 'judge:1' } },
  }),
  update: (seen) => web.chat.update({ channel, ts: seen.post.ts, text: 'updated', blocks: [section('updated')] }),
  history: () => web.conversations.history({ channel, include_all_metadata: true }),
  modal: () => web.views.open({
    trigger_id: trigger, view: { type: 'modal', title: plain('Judged'), blocks: [section('a modal')] },
  }),
  exchanged: () => web.views.open({
    trigger_id: trigger, view: { type: 'modal', title: plain('Again'), blocks: [section('a modal')] },
  }),
  changed: (seen) => web.views.update({
    view_id: seen.modal.view.id, hash: seen.modal.view.hash,
    view: { type: 'modal', title: plain('Changed'), blocks: [section('a modal')] },
  }),
  home: () => web.views.publish({ user_id: user, view: { type: 'home', blocks: [section('a home')] } }),
  upload: () => web.filesUploadV2({
    filename: 'chart.png', alt_text: 'EC2 cost 100 dollars', title: 'Chart', file: Buffer.from(picture, 'base64'), channel_id: channel,
  }),
  refused: () => web.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] }),
};

(async () => {
  const seen = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      seen[name] = await step(seen);
    } catch (e) {
      seen[name] = { failed: e.data?.error ?? String(e), messages: e.data?.response_metadata?.messages };
    }
  }
  console.log(JSON.stringify(seen));
})();
