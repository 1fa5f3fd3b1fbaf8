/** The container of Kubernetes that wrote a file. */
export interface ContainerFile {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log`, which the kubelet writes, and its rotated files. */
const ofPod =
  /(?:^|[/\\:])([a-z\d-]{1,63})_([a-z\d.-]{1,253})_[\da-f-]{8,64}[/\\]([a-z\d-]{1,63})[/\\]\d+\.log(?=$|[.-])/
/** `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`, a link to the same file. */
const ofContainer = /(?:^|[/\\:])([a-z\d.-]{1,253})_([a-z\d-]{1,63})_([a-z\d-]{1,63})-[\da-f]{64}\.log(?=$|[.-])/

/** Reads the container from the path of a log; undefined for the paths of other logs. */
export const containerOfFile = (path: string): ContainerFile | undefined => {
  const inPod = ofPod.exec(path)
  if (inPod) return { namespace: inPod[1] ?? '', pod: inPod[2] ?? '', container: inPod[3] ?? '' }
  const linked = ofContainer.exec(path)
  return linked ? { namespace: linked[2] ?? '', pod: linked[1] ?? '', container: linked[3] ?? '' } : undefined
}
