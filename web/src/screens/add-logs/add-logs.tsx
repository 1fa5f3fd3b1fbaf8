import { useDroppedFile } from '../../shell/dropped-file.ts'
import { Screen } from '../../shell/screen.tsx'
import { DropTarget } from './drop-target.tsx'
import { FileAnalysis } from './file-analysis.tsx'
import { SendSnippets } from './send-snippets.tsx'

/** Analyses a file, and shows how to send logs. */
export const AddLogs = () => {
  const file = useDroppedFile()
  return (
    <Screen title="Add logs">
      <div className="mx-auto flex max-w-5xl flex-col gap-6 p-4 md:p-6">
        {file ? <FileAnalysis key={`${file.name} ${file.lastModified} ${file.size}`} file={file} /> : <DropTarget />}
        {!file && <SendSnippets />}
      </div>
    </Screen>
  )
}
