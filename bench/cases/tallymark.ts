/** Tallymark as it ships: the whole server in its own process. */
import process from 'node:process';
import { serve } from '../../src/main.ts';

await serve(process.env);
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.send?.('ready');
