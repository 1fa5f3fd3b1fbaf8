import type { Promised } from '../requirements.ts'

export const mcpPromises: readonly Promised[] = [
  { id: 'mcp.stdio', promise: 'vedette mcp speaks MCP on standard input and output, with MODEL_DIR naming the model.' },
  { id: 'mcp.http', promise: 'POST /mcp speaks Streamable HTTP to whoever has a token, and to nobody else.' },
  {
    id: 'mcp.pipe-end',
    promise: 'vedette mcp, with --url and without, answers all that was asked before its input ended, and ends.',
  },
  { id: 'mcp.bridge', promise: 'vedette mcp --url speaks for a running server.' },
  {
    id: 'mcp.bridge-restart',
    promise: 'vedette mcp --url outlives a restart of the server: it begins another session and subscribes again.',
  },
  { id: 'mcp.eras', promise: 'Clients of 2025 and of 2026-07-28 are both served.' },
  {
    id: 'mcp.sessions',
    promise:
      'A client of 2025 may begin a session (Mcp-Session-Id) and end it with DELETE; it belongs to the token that began it. Who keeps none is answered all the same.',
  },
  {
    id: 'mcp.subscriptions',
    promise:
      'Who subscribes to vedette://incident/{id} or vedette://alert/{id} is told of every change from then on, at both revisions, over HTTP and through vedette mcp --url, though their stream opens later or broke (Last-Event-ID).',
  },
  { id: 'mcp.load-models', promise: 'load_anomaly_models {model_dir?} answers {status, message}.' },
  {
    id: 'mcp.analyze-logs',
    promise:
      'analyze_logs {log_data, format} answers {status, total_events, anomalies_detected, anomaly_rate, anomalies, threshold}.',
  },
  {
    id: 'mcp.analyze-file',
    promise:
      'analyze_log_file {filepath} answers the same, for files below the allowed folders only, and not for our own data and settings there. Over HTTP no folder is allowed unless mcp.roots names it.',
  },
  {
    id: 'mcp.stats',
    promise: 'get_detection_stats answers {status, models_loaded, threshold, feature_pipeline, isolation_forest}.',
  },
  { id: 'mcp.errors', promise: 'An error is {status: "error", message}.' },
  {
    id: 'mcp.small',
    promise:
      'At most 16 tools, listed in at most 12,000 characters, each with all four hints and a schema of its answer.',
  },
  {
    id: 'mcp.read-only',
    promise:
      'Tools that change something are listed only where writing is allowed, and load_anomaly_models also for the user who started vedette mcp. The model is replaced by admins only.',
  },
  {
    id: 'mcp.rebinding',
    promise:
      'On loopback /mcp answers to the names of loopback only, so that no page can borrow it by renaming itself.',
  },
  {
    id: 'mcp.short',
    promise:
      'No answer of a tool takes more than 8,000 tokens, whatever is stored; what was left out is counted, and how to ask for less is said.',
  },
  { id: 'mcp.goes-on', promise: 'Where a list was cut, next_cursor goes on: nothing is skipped, nothing comes twice.' },
  {
    id: 'mcp.refusals',
    promise:
      'A tool refuses arguments that it does not take, and says what it takes; what else it refuses says what to do.',
  },
  { id: 'mcp.untrusted', promise: 'Log lines come marked as untrusted, with control characters escaped.' },
]
