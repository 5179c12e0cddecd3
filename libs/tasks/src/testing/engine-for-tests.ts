/**
 * Where the tests of containers run: an engine made for tests, or a real one, named by its socket
 * in HOT_TEST_CONTAINER_SOCKET, with an image in HOT_TEST_CONTAINER_IMAGE that has a shell and the usual tools.
 */
import { ContainerEngine } from '@app/testing';

export interface EngineForTests {
  readonly socketPath: string;
  readonly image: string;
  /** Null when it is a real one. */
  readonly fake: ContainerEngine | null;
  readonly close: () => Promise<void>;
}

export async function engineForTests(): Promise<EngineForTests> {
  const socketPath = process.env['HOT_TEST_CONTAINER_SOCKET'];
  const image = process.env['HOT_TEST_CONTAINER_IMAGE'];
  if (socketPath !== undefined && image !== undefined)
    return { socketPath, image, fake: null, close: () => Promise.resolve() };
  const fake = await ContainerEngine.start();
  fake.addImage('tools:1');
  return { socketPath: fake.socketPath, image: 'tools:1', fake, close: () => fake.close() };
}
