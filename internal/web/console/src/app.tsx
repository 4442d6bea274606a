// Which screen an address shows. A screen is fetched when it is first opened.
import { lazy, Suspense } from "react";
import { RouterProvider } from "react-aria-components";
import { Navigate, Route, Routes, useHref, useNavigate } from "react-router";
import { ApiProvider } from "~/api/api";
import { State } from "~/design/states";
import { useText } from "~/i18n";
import { ClientsScreen } from "~/screens/clients/ClientsScreen";
import { Frame } from "~/screens/frame/Frame";
import { SignIn } from "~/screens/frame/SignIn";
import { useSession } from "~/session";

const ClientScreen = lazy(() => import("~/screens/client/ClientScreen"));

export function App() {
  const { token } = useSession();
  const navigate = useNavigate();
  if (!token) {
    return <SignIn />;
  }
  return (
    <RouterProvider navigate={(path) => void navigate(path)} useHref={useHref}>
      <ApiProvider key={token} token={token}>
        <Frame>
          <Suspense fallback={<div className="screen" aria-busy="true" />}>
            <Routes>
              <Route path="/" element={<Navigate to="/clients" replace />} />
              <Route path="/clients" element={<ClientsScreen />} />
              <Route path="/clients/:clientId" element={<ClientScreen />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </Frame>
      </ApiProvider>
    </RouterProvider>
  );
}

function NotFound() {
  const t = useText();
  return <State icon="warning" title={t.states.notFoundTitle} hint={t.states.notFound} />;
}
