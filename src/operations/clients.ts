/** The clients of a program, as changes of their settings find them. */
import { keyText } from '../engine/inputs.ts';
import type { Client, ClientMode } from '../generated/prisma/client.ts';
import type { PrismaClient } from '../platform/db.ts';
import type { SettingsChange, SettingsTools } from '../programs/change-settings.ts';
import { ClientNotFound } from './operations.refusals.ts';

/** What changes of operations need: `operations` forgets what it knew of the program. */
export type OperationsTools = SettingsTools & {
  readonly operations: { forget(programId: number): void };
};

/** A client’s name: 1 to 64 letters, digits, ".", "_" or "-". */
export const clientName = keyText;

/** A client as the API shows it. */
export type ClientShape = {
  readonly id: number;
  readonly name: string;
  readonly mode: ClientMode;
  readonly costMax: number | null;
  readonly createdAt: Date;
};

/** How audit rows name a client. */
export const clientTarget = (name: string): string => `client:${name}`;

/** The program's client of this name. */
export async function clientNamed(
  { tx, programId }: SettingsChange,
  name: string,
): Promise<Client> {
  const client = await tx.client.findUnique({ where: { programId_name: { programId, name } } });
  if (client === null) throw new ClientNotFound(name);
  return client;
}

/** The clients of a program, by name; a program has at most 100. */
export const listClients = (db: PrismaClient, programId: number): Promise<ClientShape[]> =>
  db.client.findMany({ where: { programId }, orderBy: { name: 'asc' } });
