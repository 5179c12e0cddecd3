import {
  choice,
  defineConfig,
  list,
  optionalText,
  text,
  variable,
  type ConfigOf,
} from '@app/platform/config';

export const containersConfig = defineConfig('containers', {
  driver: variable(
    'HOT_CONTAINERS',
    choice(['off', 'docker'], 'off'),
    'Where tasks that are containers run: `docker` for an engine that speaks the API of Docker (Docker, or Podman with its service) on a socket of the worker’s machine. Whoever may use that socket is root there. The same for all workers with the role `tasks`.',
  ),
  socketPath: variable(
    'HOT_CONTAINER_SOCKET',
    text('/var/run/docker.sock'),
    'Socket of the container engine.',
  ),
  images: variable(
    'HOT_CONTAINER_IMAGES',
    list('*'),
    'Images that tasks may use: patterns, comma-separated, in which `*` stands for anything, for example `registry.example.com/*`.',
  ),
  pull: variable(
    'HOT_CONTAINER_PULL',
    choice(['missing', 'always', 'never'], 'missing'),
    'When images are fetched: when the engine does not have them, before every task, or never.',
  ),
  network: variable(
    'HOT_CONTAINER_NETWORK',
    optionalText(),
    'A network of the engine for containers that ask for the internet. Without it none has a network. Whoever makes it sees to it that private addresses can’t be reached from it.',
  ),
});

export type ContainersConfig = ConfigOf<typeof containersConfig>;
