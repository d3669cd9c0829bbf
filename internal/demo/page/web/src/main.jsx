import { createRoot } from "react-dom/client";
import "@fontsource/lato/latin-400.css";
import "@fontsource/lato/latin-700.css";
import "@fontsource/lato/latin-900.css";
import "slack-blocks-to-jsx/dist/style.css";
import "./page.css";
import "./dark.css";
import { App } from "./app.jsx";
import { listen } from "./wire.js";

// The key has made its cookie; it need not stay in the address or in the history.
if (location.search) history.replaceState(null, "", "/");
listen();
createRoot(document.getElementById("app")).render(<App />);
