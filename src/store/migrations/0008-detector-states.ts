/** Changes no table. Processes of the version before stop working, because they cannot read the states of the detectors `sequence`, `sigma` and `job`. */
export const detectorStates = async (): Promise<void> => {}
