/** What a log line may say of a failure: kind, code and place. Its message stays out, because it can quote SQL or a patient. */
export function failureFacts(error: unknown): { kind: string; code?: string; at: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] };
  const code = (error as { code?: unknown }).code;
  const at = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    kind: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: at.map((line) => line.trim()).slice(0, 8),
  };
}
