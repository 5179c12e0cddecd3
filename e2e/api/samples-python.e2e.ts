/** The Python samples of the API reference, as they are written there. Needs python3 with the requests package. */
import { call } from '../support/api';
import { runSample, type RunningSample, type SampleSurroundings } from '../support/sample';
import { startSamplePlace, type SamplePlace } from '../support/sample-project';

const IMPORTS = `import os, requests
HOT_API_KEY = os.environ['HOT_API_KEY']
BASE_URL = os.environ['API'] + '/v1'`;

describe('Python samples of the API reference', () => {
  let place: SamplePlace;
  beforeAll(async () => {
    place = await startSamplePlace();
  }, 120_000);
  afterAll(() => place.stop());

  const start = (file: string, more: Pick<SampleSurroundings, 'before' | 'after'> = {}): RunningSample => {
    const { api, key } = place.platform;
    const env = { API: api, PYTHONPATH: process.env['SAMPLES_PYTHONPATH'] ?? '' };
    return runSample('python', file, { api, key, cwd: place.folder, env, ...more });
  };

  it('list projects and publish an event [api-15.70]', async () => {
    const said = await start('publish_event.py', {
      after: 'print([each["name"] for each in projects])',
    }).ends();
    expect(said).toContain("['my-project']");
    const { api, key } = place.platform;
    const { body } = await call<{ data: { event_type: string; event_data: unknown }[] }>(api, '/v1/events', {
      key,
    });
    expect(body.data).toMatchObject([
      { event_type: 'user.signup', event_data: { user_id: '123', email: 'alice@example.com' } },
    ]);
  });

  it('upload a build', async () => {
    const said = await start('upload_build.py', {
      before: IMPORTS,
      after: 'print(response.status_code, response.text)',
    }).ends();
    expect(said).toMatch(/^201 \{"data":\{"build_id":"/);
  });

  it('listen to the environment', async () => {
    const sample = start('subscribe_env.py', {
      before: `${IMPORTS}\nimport threading, time
def later():
    time.sleep(1)
    requests.post(f'{BASE_URL}/events', headers={'Authorization': f'Bearer {HOT_API_KEY}'},
                  json={'event_type': 'user.signup', 'event_data': {'user_id': '7'}})
threading.Thread(target=later, daemon=True).start()`,
    });
    await sample.says(/Event: \{.*'event_type': 'user\.signup'/);
    await sample.says(/Event: \{.*'run_id': '/);
    await sample.stop();
  });

  it('publish an event and listen to its stream', async () => {
    const sample = start('subscribe_with_event.py', { before: IMPORTS });
    await sample.says(/^event:published \{/m);
    await sample.says(/^stream:data \{.*'data_type': 'ai:delta', 'payload': \{'text': 'Hello'\}/m);
    await sample.says(/^run:stop \{.*'result': 'Hello world'/m);
    await sample.stop();
  });
});
