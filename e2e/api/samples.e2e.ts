/** The shell and JavaScript samples of the API reference, as they are written there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../support/api';
import {
  runSample,
  type RunningSample,
  type SampleLanguage,
  type SampleSurroundings,
} from '../support/sample';
import { startSamplePlace, type SamplePlace } from '../support/sample-project';

const CONSTANTS = `const HOT_API_KEY = process.env.HOT_API_KEY;
const BASE_URL = process.env.API + '/v1';`;
// Not in Node: with it the upload is sent, while Node's own fetch does not know the form-data package.
const NODE_FETCH = `globalThis.fetch = require('node-fetch');`;
// Node has none, and the browsers' own takes no headers.
const EVENT_SOURCE = `globalThis.EventSource = require('eventsource-with-headers');`;
const OUTCOME = `console.log('status', response.status, await response.text());`;

describe('samples of the API reference', () => {
  let place: SamplePlace;
  beforeAll(async () => {
    place = await startSamplePlace();
  }, 120_000);
  afterAll(() => place.stop());

  const start = (
    language: SampleLanguage,
    file: string,
    more: Pick<SampleSurroundings, 'before' | 'after'> = {},
  ): RunningSample => {
    const { api, key } = place.platform;
    return runSample(language, file, { api, key, cwd: place.folder, env: { API: api }, ...more });
  };
  const published = async (): Promise<number> => {
    const { api, key } = place.platform;
    const { body } = await call<{ pagination: { total: number } }>(api, '/v1/events?limit=1', { key });
    return body.pagination.total;
  };
  const publish = (event_type: string) =>
    call(place.platform.api, '/v1/events', {
      key: place.platform.key,
      body: { event_type, event_data: { user_id: '123' } },
    });

  it('in the shell: projects are listed', async () => {
    expect(JSON.parse((await start('shell', 'list-projects.sh').ends()).replace(/^[^{]*/, ''))).toMatchObject(
      {
        data: [{ name: 'my-project' }],
        pagination: { total: 1 },
      },
    );
  });

  it('in the shell: an event is published', async () => {
    const before = await published();
    expect(await start('shell', 'publish-event.sh').ends()).toContain('"event_type":"user.signup"');
    expect(await published()).toBe(before + 1);
  });

  it('in the shell: a build is uploaded', async () => {
    expect(await start('shell', 'upload-build.sh').ends()).toMatch(/"build_id":"[0-9a-f-]{36}"/);
  });

  it('in the shell: the environment is listened to', async () => {
    const sample = start('shell', 'subscribe-env.sh');
    // Nothing tells when it listens.
    while (sample.output === '') {
      await publish('user.signup');
      await sleep(200);
    }
    await publish('user.signup');
    await sample.says(/^event: event:created\ndata: \{.*"event_type":"user\.signup"/m);
    await sample.says(/^event: run:stop\ndata: \{.*"run_id":"/m);
    await sample.stop();
  });

  it('in the shell: an event is published and its stream listened to', async () => {
    const sample = start('shell', 'subscribe-with-event.sh');
    await sample.says(/^event: event:published\ndata: \{"type":"event:published","event_id":"/m);
    await sample.says(/^event: stream:data\ndata: \{.*"data_type":"ai:delta","payload":\{"text":"Hello"\}/m);
    await sample.says(/^event: run:stop\ndata: \{"type":"run:stop","run":\{.*"result":"Hello world"/m);
    await sample.stop();
  });

  it('in JavaScript: projects are listed and an event is published [api-15.70]', async () => {
    const before = await published();
    const said = await start('javascript', 'publish-event.js', {
      after: `console.log(projects.map(({ name }) => name));`,
    }).ends();
    expect(said).toContain("[ 'my-project' ]");
    expect(await published()).toBe(before + 1);
  });

  it('in JavaScript: a build is uploaded', async () => {
    const said = await start('javascript', 'upload-build.js', {
      before: `${CONSTANTS}\n${NODE_FETCH}`,
      after: OUTCOME,
    }).ends();
    expect(said).toMatch(/status 201 \{"data":\{"build_id":"/);
  });

  it('in JavaScript: the environment is listened to', async () => {
    const sample = start('javascript', 'subscribe-env.js', {
      before: `${CONSTANTS}\n${EVENT_SOURCE}`,
      after: `eventSource.onopen = () => console.log('open');`,
    });
    await sample.says(/open/);
    await publish('user.signup');
    await sample.says(/Event created: user\.signup/);
    await sample.says(/Run stopped: [0-9a-f-]{36}/);
    await sample.stop();
  });

  it('in JavaScript: an event is published and its stream listened to', async () => {
    const sample = start('javascript', 'subscribe-with-event.js', { before: CONSTANTS });
    await sample.says(/event:published \{/);
    await sample.says(/stream:data \{[^]*'ai:delta'/);
    await sample.says(/run:stop \{[^]*result: 'Hello world'/);
    await sample.stop();
  });
});
