import type { Fields } from './event.ts'

/**
 * Whether fields are of an event in the Security log of Windows. PowerShell's name of the field is LogName, and older versions of NXLog write
 * the value in lower case.
 */
export const isOfSecurityLog = (fields: Fields): boolean =>
  String(fields['winlog.channel'] ?? fields.Channel ?? fields.LogName).toLowerCase() === 'security'
