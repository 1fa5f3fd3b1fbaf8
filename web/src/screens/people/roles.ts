/** What somebody may be here for, the most first. */
export const roles = ['admin', 'supervisor', 'analyst', 'auditor', 'viewer'] as const
