// The baseline of read: one route, one select, no token, no consent, no event, no decryption.
import fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = fastify();
app.get<{ Params: { id: string } }>('/Observation/:id', async (request, reply) => {
  const sql = { name: 'read', text: 'SELECT content FROM bare_read WHERE id = $1', values: [request.params.id] };
  const { rows } = await pool.query<{ content: Buffer }>(sql);
  return reply.header('content-type', 'application/fhir+json; charset=utf-8').send(rows[0]?.content);
});
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.on('SIGTERM', () => process.exit(0));
