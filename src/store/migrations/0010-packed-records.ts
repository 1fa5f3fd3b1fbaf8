/** Changes no table. Processes of the version before stop working, because they cannot read jobs whose records are packed in columns. */
export const packedRecords = async (): Promise<void> => {}
