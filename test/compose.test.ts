import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

type Service = {
  image?: string;
  environment?: Record<string, string>;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  configs?: { source: string; target: string }[];
  volumes?: string[];
};
type Compose = {
  services: Record<string, Service>;
  configs: Record<string, { content: string }>;
  volumes: Record<string, unknown>;
};

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;

it('runs two alike API nodes behind one port, over PostgreSQL and Redis', () => {
  const { services } = compose;
  expect(Object.keys(services).sort()).toEqual(['api-1', 'api-2', 'postgres', 'proxy', 'redis']);
  expect(services['api-2']).toEqual(services['api-1']);
  const published = Object.entries(services).filter(([, service]) => service.ports !== undefined);
  expect(published).toEqual([['proxy', expect.objectContaining({ ports: ['4000:80'] })]]);
  for (const node of ['api-1', 'api-2']) {
    expect(compose.configs.proxy?.content).toContain(`server ${node}:4000;`);
  }
});

it('refers only to services, configs and volumes that it has', () => {
  for (const service of Object.values(compose.services)) {
    for (const needed of Object.keys(service.depends_on ?? {})) {
      expect(compose.services).toHaveProperty(needed);
    }
    for (const { source } of service.configs ?? []) expect(compose.configs).toHaveProperty(source);
    for (const volume of service.volumes ?? []) {
      expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
    }
  }
});

it('gives the nodes settings that parse, production defaults included', () => {
  const environment = compose.services['api-1']?.environment ?? {};
  const image = Object.fromEntries(
    [...read('Dockerfile').matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const config = loadConfig({
    ...image,
    ...environment,
    DATABASE_URL: environment.DATABASE_URL?.replace(/\$\{.*?\}/, 'secret'),
  });
  expect(config).toMatchObject({ host: '0.0.0.0', port: 4000, demo: false, graphiql: false });
  expect(config.redisUrl).toBe('redis://redis:6379');
});

it('documents every setting in .env.example', () => {
  const documented = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  const source = read('src/config.ts');
  const parsed = [...source.matchAll(/^ {2}([A-Z_]{4,}):/gm)].map(([, name]) => name);
  expect(documented).toEqual(expect.arrayContaining(parsed));
  expect(documented.filter((name) => !parsed.includes(name))).toEqual([
    'TALLYMARK_CHECKPOINT_SECRET',
  ]);
});
