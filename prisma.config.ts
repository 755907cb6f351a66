import { defineConfig } from 'prisma/config';

const url = process.env.DATABASE_URL;

// `prisma generate` needs no database; `prisma studio` and the like use DATABASE_URL when it is set.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
});
