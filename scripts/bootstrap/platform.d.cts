interface Machine {
  readonly platform: string
  readonly arch: string
  /** On Linux only. */
  readonly libc?: 'glibc' | 'musl'
  /** Of the Node that runs this. */
  readonly version: string
  /** The oldest Node that will do. */
  readonly minimum: string
}

type Runtime = { readonly own: true } | { readonly name: string } | { readonly refusal: string }

export function chooseRuntime(machine: Machine): Runtime
export function thisMachine(): Machine
export function runtimeBinary(folder: string, name: string): string
