import { useDroppedFile } from '../../shell/dropped-file.ts'
import { Screen } from '../../shell/screen.tsx'
import { DropTarget } from './drop-target.tsx'
import { FileTrial } from './file-trial.tsx'
import { SendSnippets } from './send-snippets.tsx'

/** How one's own logs get here: a file to try, and what to paste to send for good. */
export const AddLogs = () => {
  const file = useDroppedFile()
  return (
    <Screen title="Add logs">
      <div className="mx-auto flex max-w-5xl flex-col gap-6 p-4 md:p-6">
        {file ? <FileTrial key={`${file.name} ${file.lastModified} ${file.size}`} file={file} /> : <DropTarget />}
        {!file && <SendSnippets />}
      </div>
    </Screen>
  )
}
