import { describe, expect, it } from 'vitest';
import { startFakeSlack } from './start-fake-slack.ts';
import { refusalOf, webClient } from './testing/web-client.ts';

const channel = 'C0GENERAL';

describe('a file', () => {
  it('goes up with filesUploadV2 of the SDK, into a thread, and comes down again', async () => {
    await using slack = await startFakeSlack();
    const client = webClient(slack, slack.install.bot_token);
    const thread_ts = slack.say({ channel, user: 'U0ALICE', text: 'report?' }).ts;
    const file = Buffer.from('a,b\n1,2\n');
    await client.filesUploadV2({
      channel_id: channel,
      thread_ts,
      file,
      filename: 'report.csv',
      initial_comment: 'here',
    });

    const [message] = slack.thread(channel, thread_ts).slice(1);
    expect(message).toMatchObject({ subtype: 'file_share', text: 'here', files: [slack.files()[0]?.id] });
    const id = slack.files()[0]?.id ?? '';
    const info = (await client.files.info({ file: id })).file;
    expect(info).toMatchObject({ name: 'report.csv', mimetype: 'text/csv', size: 8 });
    const headers = { authorization: `Bearer ${slack.install.bot_token}` };
    const answer = await fetch(info?.url_private_download ?? '', { headers });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(file);
  });

  it('shows a login page, with 200, to whoever may not read it', async () => {
    await using slack = await startFakeSlack({ apps: [{ id: 'A0FAKE', installs: [{ scopes: ['chat:write'] }] }] });
    const { id, team_id } = slack.addFile({ name: 'secret.txt', content: 'secret', user: 'U0ALICE' });
    slack.say({ channel, user: 'U0ALICE', text: '', files: [id] });
    const headers = { authorization: `Bearer ${slack.install.bot_token}` };
    const answer = await fetch(`${slack.url}/files-pri/${team_id}-${id}/download/secret.txt`, { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).not.toContain('secret');
  });

  it('is there only after its bytes came and the upload was completed', async () => {
    await using slack = await startFakeSlack();
    const { files } = webClient(slack, slack.install.bot_token);
    const { upload_url = '', file_id = '' } = await files.getUploadURLExternal({ filename: 'a.txt', length: 5 });
    const complete = () => refusalOf(files.completeUploadExternal({ files: [{ id: file_id }], channel_id: channel }));
    expect(await complete()).toBe('file_not_found');
    expect((await fetch(upload_url, { method: 'POST', body: 'four' })).status).toBe(400);
    expect((await fetch(upload_url, { method: 'POST', body: 'fives' })).status).toBe(200);
    expect((await fetch(upload_url, { method: 'POST', body: 'again' })).status).toBe(200);
    expect(slack.messages(channel)).toEqual([]);
    expect(await complete()).toBe('ok');
    expect(await complete()).toBe('file_not_found');
    expect(slack.messages(channel)).toHaveLength(1);
  });
});
