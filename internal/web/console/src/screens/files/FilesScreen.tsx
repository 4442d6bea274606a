// Files of clients: those that go out, those that come in, and what became of them.
import { useEffect } from "react";
import { useText } from "~/i18n";
import { State } from "~/design/states";
import { ExportCard } from "~/screens/files/ExportCard";
import { ImportCard } from "~/screens/files/ImportCard";
import { JobList } from "~/screens/files/JobList";
import { useJobs } from "~/screens/files/jobs";
import { useMay } from "~/screens/frame/me";
import "~/screens/client/client.css";
import "~/screens/files/files.css";

export default function FilesScreen() {
  const t = useText();
  const mayExport = useMay("EXPORT");
  const mayImport = useMay("IMPORT");
  useEffect(() => {
    document.title = t.nav.files;
  }, [t]);
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.files}</h1>
      </div>
      {mayExport || mayImport ? <Files mayExport={mayExport} mayImport={mayImport} /> : <State icon="lock" title={t.states.deniedTitle} hint={t.states.denied} />}
    </div>
  );
}

function Files({ mayExport, mayImport }: { mayExport: boolean; mayImport: boolean }) {
  const jobs = useJobs();
  return (
    <div className="panel overview">
      {mayExport ? <ExportCard jobs={jobs} /> : null}
      {mayImport ? <ImportCard jobs={jobs} /> : null}
      <JobList {...jobs} />
    </div>
  );
}
