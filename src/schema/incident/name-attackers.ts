const mostNamed = 3

/** Names attackers that joined an incident: `Another attacker: 203.0.113.9`. */
export const nameAttackers = (attackers: readonly string[]): string => {
  const named = attackers.slice(0, mostNamed).join(', ')
  const more = attackers.length - mostNamed
  const all = more > 0 ? `${named} and ${more} more` : named
  return attackers.length === 1 ? `Another attacker: ${all}` : `${attackers.length} other attackers: ${all}`
}
