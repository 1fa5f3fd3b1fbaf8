/** Phrases that log lines contain only to address a model. */
const patterns: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|former|all|your|the|any|system)\b.{0,30}\b(?:instruction|prompt|rule|direction|message|context|guideline|polic)/i,
  /\byou (?:are|act|will act) (?:now|going to|no longer)\b|\bfrom now on\b.{0,20}\byou\b|\bpretend (?:to be|you)\b|\bact as (?:a|an|the)\b/i,
  /\b(?:ai|llm|gpt|chatgpt|assistant|language model|copilot|claude|gemini)\b.{0,60}\b(?:must|should|shall|please|output|respond|reply|answer|classify|mark|triage|close|ignore|say)\b/i,
  /\b(?:classify|mark|treat|rate|label|report|score|set|output|return|answer|respond)\b.{0,40}\b(?:as )?(?:benign|harmless|safe|false[ _-]positive|no threat|informational|risk[ _]?(?:level|score)|not malicious)\b/i,
  /\b(?:final answer|end of logs?|new (?:task|instructions?)|system (?:prompt|override|message)|developer mode|jailbreak|do anything now|untrusted_data|begin_trusted)\b/i,
  /<\|?(?:im_start|im_end|system|endoftext|start_header_id)|\[\/?INST\]|^\s*(?:###\s*)?(?:system|assistant)\s*:/im,
  /\b(?:close|resolve|suppress|merge|whitelist|allowlist)\b.{0,30}\b(?:this|all|the) (?:alert|incident|case|ip)/i,
  /"?(?:verdict|risk_level|requires_human_review|confidence)"?\s{0,3}(?:[:=]|must be)\s{0,3}"?(?:benign|likely_benign|inconclusive|info|low|0|false)\b/i,
  /<\/(?:data|evidence|instructions?|untrusted[\w-]{0,20})>|\b(?:note|message|attention|instructions?) (?:to|for) (?:the )?(?:ai|llm|assistant|model|analyst)\b/i,
  /\b(?:tool[ _]?(?:call|result|output)|function[ _]?call)\b/i,
  /\b(?:chatgpt|gpt-?\d|language model)\b/i,
  /\bignore (?:the |all )?(?:above|rules|warnings?|alerts?)\b|\b(?:resolve|close|merge) #\d/i,
  /\b(?:call|use|invoke|run) the (?:mcp )?(?:tool|function)\b/i,
  /[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u,
]

/** Whether a text seems to address a language model. */
export const addressesModel = (text: string): boolean => {
  const read = text.slice(0, 10_000).normalize('NFKC')
  return patterns.some((pattern) => pattern.test(read))
}
