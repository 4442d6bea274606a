import "~/design/tokens.css";
import "~/design/base.css";
import "~/design/design.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "~/app";
import { takeConfig } from "~/config";
import { ToastProvider } from "~/design/overlays";
import { LanguageProvider } from "~/i18n";
import { SessionProvider } from "~/session";
import { applyTheme, savedTheme } from "~/theme";

applyTheme(savedTheme());
const element = document.getElementById("console");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <LanguageProvider>
        <SessionProvider config={takeConfig(element)}>
          <ToastProvider>
            <BrowserRouter basename="/console">
              <App />
            </BrowserRouter>
          </ToastProvider>
        </SessionProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}
