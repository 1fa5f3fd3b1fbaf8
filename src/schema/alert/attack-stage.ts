import type { AlertType } from '../detection/detection.ts'
import { showsBreakIn } from '../detection/telling-evidence.ts'
import type { Alert } from './alert.ts'

/**
 * The techniques of MITRE ATT&CK in alerts, by the attack stage that they usually indicate. Later entries mean that the attack got further.
 * Guessing precedes a login and dumping follows it, so password guessing is its own stage.
 */
const techniques: readonly (readonly [stage: string, ids: string])[] = [
  ['reconnaissance', 'T1589 T1590 T1592 T1595'],
  ['resource development', 'T1586'],
  ['password guessing', 'T1110 T1621'],
  ['initial access', 'T1078 T1133 T1189 T1190 T1200 T1566'],
  ['discovery', 'T1018 T1033 T1046 T1082 T1083 T1087 T1526 T1580 T1613'],
  ['execution', 'T1059 T1204 T1609 T1610'],
  ['privilege escalation', 'T1068 T1548 T1611'],
  ['credential access', 'T1003 T1040 T1552 T1555 T1556 T1557 T1558'],
  ['persistence', 'T1053 T1098 T1136 T1505 T1543 T1547 T1574'],
  ['stealth', 'T1014 T1027 T1036 T1055 T1070 T1140 T1564'],
  ['defense impairment', 'T1562 T1685 T1686'],
  ['lateral movement', 'T1021 T1210 T1550 T1570'],
  ['collection', 'T1005 T1114 T1213 T1530 T1560'],
  ['command and control', 'T1071 T1090 T1095 T1105 T1568 T1571 T1572'],
  ['exfiltration', 'T1041 T1048 T1537 T1567'],
  ['impact', 'T1485 T1486 T1489 T1490 T1496 T1498 T1499 T1657'],
]
const ranks = new Map(techniques.flatMap(([, ids], rank) => ids.split(' ').map((id) => [id, rank] as const)))

const ofType: Readonly<Partial<Record<AlertType, string>>> = {
  brute_force: 'password guessing',
  data_exfiltration: 'exfiltration',
  ddos: 'impact',
  malware: 'execution',
  phishing: 'initial access',
}

/** The attack stages that techniques indicate. */
export const attackStages = (ids: readonly string[]): readonly string[] => [
  ...new Set(ids.flatMap((id) => techniques[ranks.get(id.slice(0, 5)) ?? -1]?.[0] ?? [])),
]

/** The stage of an attack that an alert indicates: the latest of its techniques; undefined if it indicates none. */
export const attackStage = (alert: Pick<Alert, 'techniques' | 'type' | 'evidence'>): string | undefined => {
  if (alert.type === 'unauthorized_access' && alert.evidence.some(showsBreakIn)) return 'initial access'
  const furthest = Math.max(-1, ...alert.techniques.map((id) => ranks.get(id.slice(0, 5)) ?? -1))
  return techniques[furthest]?.[0] ?? ofType[alert.type]
}
