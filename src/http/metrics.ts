import { Counter, collectDefaultMetrics, Gauge } from 'prom-client';
import type { App } from '../app.ts';
import type { DocumentCache } from '../graphql/document-cache.ts';
import type { SharedCounts } from '../live/shared-board.ts';
import type { SocketDoor } from './sockets.ts';

/** Registers what the whole process tells Prometheus, and returns what requests count with. */
export function createServerMetrics(
  app: App,
  sockets: SocketDoor,
  documents: DocumentCache,
  shared: SharedCounts,
) {
  const registers = [app.registry];
  collectDefaultMetrics({ register: app.registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('tallymark_sockets', 'Open WebSockets.', () => sockets.size);
  gauge('tallymark_engine_queue_commands', 'Commands waiting.', () => app.engine.queueLength);
  gauge('tallymark_documents', 'Parsed documents kept.', () => documents.size);
  gauge('tallymark_documents_characters', 'Their length.', () => documents.calculatedSize);
  gauge('tallymark_live_boards', 'Boards watched on this node.', () => app.live.watched.boards);
  gauge('tallymark_live_members', 'Members watched on this node.', () => app.live.watched.members);
  gauge('tallymark_live_made', 'Shared messages executed so far.', () => shared.made);
  gauge('tallymark_live_sent', 'Shared messages sent so far.', () => shared.sent);
  gauge(
    'tallymark_boards_lag_seconds',
    'For how long the oldest event that the boards have not read has waited.',
    () => app.projection.lagSeconds,
  );
  gauge(
    'tallymark_tasks_lag_seconds',
    'For how long the oldest event that the tasks have not read has waited.',
    () => app.taskProjection.lagSeconds,
  );
  gauge(
    'tallymark_badges_lag_seconds',
    'For how long the oldest event that the badges have not read has waited.',
    () => app.badgeProjection.lagSeconds,
  );
  gauge('tallymark_bus_ready', '1 while other nodes are reached.', () => (app.bus.ready() ? 1 : 0));
  gauge('tallymark_bus_junk', 'Messages skipped as junk.', () => app.bus.stats.junk);
  gauge('tallymark_bus_gaps', 'Times that messages may have been lost.', () => app.bus.stats.gaps);
  return {
    requests: new Counter({
      name: 'tallymark_http_requests_total',
      help: 'HTTP requests by path and status.',
      labelNames: ['path', 'status'],
      registers,
    }),
  };
}
