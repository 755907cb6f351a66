/** TALLYMARK_TOKEN=eyJ… npm start. Exits 1 when anything is not as told. */
import { createApp } from './app.ts';
import { runStory } from './story.ts';

const { TALLYMARK_URL, TALLYMARK_TOKEN } = process.env;
if (!TALLYMARK_TOKEN) throw new Error('TALLYMARK_TOKEN is missing: npm start prints one');
await runStory(createApp(TALLYMARK_URL ?? 'http://127.0.0.1:4000/graphql', TALLYMARK_TOKEN));
