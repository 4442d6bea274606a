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

const DuplicatesScreen = lazy(() => import("~/screens/duplicates/DuplicatesScreen"));
const MergeScreen = lazy(() => import("~/screens/duplicates/MergeScreen"));
const FieldsScreen = lazy(() => import("~/screens/fields/FieldsScreen"));
const SettingsScreen = lazy(() => import("~/screens/settings/SettingsScreen"));
const WebhooksScreen = lazy(() => import("~/screens/webhooks/WebhooksScreen"));
const WebhookScreen = lazy(() => import("~/screens/webhooks/WebhookScreen"));
const FilesScreen = lazy(() => import("~/screens/files/FilesScreen"));
const FeedScreen = lazy(() => import("~/screens/feed/FeedScreen"));
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
              <Route path="/duplicates" element={<DuplicatesScreen />} />
              <Route path="/duplicates/merge" element={<MergeScreen />} />
              <Route path="/fields" element={<FieldsScreen />} />
              <Route path="/settings" element={<SettingsScreen />} />
              <Route path="/settings/webhooks" element={<WebhooksScreen />} />
              <Route path="/settings/webhooks/:webhookId" element={<WebhookScreen />} />
              <Route path="/files" element={<FilesScreen />} />
              <Route path="/feed" element={<FeedScreen />} />
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
  return <State isPage icon="warning" title={t.states.notFoundTitle} hint={t.states.notFound} />;
}
