// The map of stations and "nearest first". The list alone serves everyone; this file only adds to it.
// Where the person is stays in this page: no request carries it, and the map is not moved there, for its tiles would tell.
"use strict";

(() => {
  const finder = document.querySelector("[data-finder]");
  if (!finder) return;
  const figure = finder.querySelector("[data-map]");
  const canvas = figure.querySelector(".map-canvas");
  const note = document.querySelector("[data-note]");
  const root = document.documentElement;
  const say = (zh, en) => (root.lang.startsWith("zh") ? zh : en);
  const read = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");
  const COLUMNS = ["name", "url", "kind", "lat", "lon", "where", "phone", "stepFree", "nextUrl", "nextAt", "nextFree", "demo"];
  const BATCH = 20;
  const kinds = read("kinds");
  const ground = read("ground");
  let person = null;

  const tell = (words) => { if (note) note.textContent = words; };

  // Every station that fits the filters, fetched once and only when somebody wants the map or their own order.
  let asked = null;
  const stations = () => {
    asked ||= (async () => {
      const rows = read("points") || (await (await fetch(finder.dataset.points)).json()).stations;
      return rows.map((row) => Object.fromEntries(COLUMNS.map((name, n) => [name, row[n]])));
    })();
    asked.catch(() => { asked = null; });
    return asked;
  };

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  const dial = (phone) => `tel:${(phone.match(/\+?\d[\d\s()（）-]{4,}/) || [""])[0].replace(/[^\d+]/g, "")}`;

  // ---- The map

  const load = (tag, values) => new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), values, { onload: resolve, onerror: reject });
    // First of all sheets: where ours and Leaflet's say the same thing, ours is heard.
    document.head.prepend(element);
  });

  let map = null;
  let groups = [];
  const shown = new Map();
  // Pins never touch one another: what is closer than a target is one pin with a number.
  const target = () => 1.1 * parseFloat(getComputedStyle(figure).getPropertyValue("--target"))
    * parseFloat(getComputedStyle(root).fontSize);

  function group(list) {
    const size = target();
    const found = [];
    for (const station of list) {
      const at = map.project([station.lat, station.lon]);
      const near = found.find((g) => Math.abs(g.at.x - at.x) < size && Math.abs(g.at.y - at.y) < size);
      if (near) near.members.push(station);
      else found.push({ at, members: [station] });
    }
    return found;
  }

  function card(station) {
    const item = make("li");
    const link = Object.assign(make("a", "", station.name), { href: station.url });
    item.append(make("span", `kind kind-${station.kind}`, kinds[station.kind]), link, make("span", "", station.where));
    if (station.phone) item.append(Object.assign(make("a", "", station.phone), { href: dial(station.phone) }));
    return item;
  }

  function open(members, pin) {
    const bounds = L.latLngBounds(members.map((s) => [s.lat, s.lon]));
    if (members.length > 5 && map.getBoundsZoom(bounds) > map.getZoom() && map.getZoom() < map.getMaxZoom()) {
      map.fitBounds(bounds, { maxZoom: map.getMaxZoom() });
      canvas.focus();
      return;
    }
    const list = make("ul", "map-cards");
    list.append(...members.map(card));
    const options = { maxHeight: canvas.clientHeight * 0.7, maxWidth: 280, offset: [0, -target() / 3] };
    const popup = L.popup(options).setLatLng(pin.getLatLng()).setContent(list).openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    const back = () => pin.getElement()?.focus({ preventScroll: true });
    close.setAttribute("aria-label", say("关闭", "Close"));
    close.addEventListener("click", back);
    popup.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      map.closePopup();
      back();
    });
    list.querySelector("a").focus({ preventScroll: true });
  }

  function pin({ members }) {
    const [first] = members;
    const many = members.length > 1;
    const name = many ? say(`${members.length} 个联络站`, `${members.length} stations`) : first.name;
    const html = make("span", many ? "pin-many" : `kind kind-${first.kind}`, many ? String(members.length) : "");
    const made = L.marker([first.lat, first.lon], { icon: L.divIcon({ className: "pin", html, iconSize: null }), title: name });
    made.on("add", () => {
      const element = made.getElement();
      element.setAttribute("aria-label", many ? name : `${name}，${kinds[first.kind]}`);
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(members, made);
      });
    });
    return made.on("click", () => open(members, made));
  }

  // Only what is in view has a place in the page: a reader with a keyboard walks over these, not over two thousand.
  function draw() {
    const view = map.getBounds().pad(0.2);
    const wanted = new Set(groups.filter((g) => view.contains([g.members[0].lat, g.members[0].lon])));
    for (const [g, marker] of shown) if (!wanted.has(g)) { marker.remove(); shown.delete(g); }
    for (const g of wanted) if (!shown.has(g)) shown.set(g, pin(g).addTo(map));
  }

  // Names of districts where there are no tiles: over, above or below their place, wherever no pin and no other name
  // is; one that finds no room waits until somebody comes closer.
  function nameGround() {
    map.createPane("ground").setAttribute("aria-hidden", "true");
    const names = ground.map(([name, lat, lon]) => L.marker([lat, lon], {
      icon: L.divIcon({ className: "ground-name", html: make("span", "", name), iconSize: null }),
      interactive: false, keyboard: false, pane: "ground",
    }).addTo(map));
    const place = () => {
      const size = target();
      const taken = groups.map((g) => ({ ...map.latLngToLayerPoint(g.members[0]), width: size, height: size }));
      for (const marker of names) {
        const element = marker.getElement();
        const { offsetWidth: width, offsetHeight: height } = element.firstChild;
        const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
        const step = (size + height) / 2;
        const ways = { over: y, above: y - step, below: y + step };
        const way = Object.keys(ways).find((w) => taken.every(
          (t) => Math.abs(t.x - x) > (t.width + width) / 2 || Math.abs(t.y - ways[w]) > (t.height + height) / 2 - 1,
        ));
        if (way) taken.push({ x, y: ways[way], width, height });
        element.className = element.className.replace(/ (waits|over|above|below)\b/g, "");
        element.classList.add(way || "waits");
      }
    };
    map.on("zoomend", place);
    place();
  }

  let personPin = null;
  function markPerson() {
    if (!map || !person) return;
    personPin?.remove();
    const icon = L.divIcon({ className: "pin-person", html: make("span", "", say("您在这里", "You")), iconSize: null });
    personPin = L.marker([person.latitude, person.longitude], { icon, interactive: false, keyboard: false }).addTo(map);
  }

  async function drawMap() {
    const { leaflet, leafletCss, tiles } = figure.dataset;
    const [list] = await Promise.all([
      stations(), load("link", { rel: "stylesheet", href: leafletCss }), load("script", { src: leaflet }),
    ]);
    const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    map = L.map(canvas, {
      attributionControl: false, zoomControl: false, scrollWheelZoom: false, zoomSnap: tiles ? 1 : 0.25, minZoom: 7, maxZoom: 18,
      zoomAnimation: moving, fadeAnimation: moving, markerZoomAnimation: moving, inertia: moving,
    });
    L.control.zoom({ zoomInTitle: say("放大", "Zoom in"), zoomOutTitle: say("缩小", "Zoom out") }).addTo(map);
    const placed = list.filter((s) => s.lat !== null);
    const corners = (placed.length ? placed.map((s) => [s.lat, s.lon]) : ground.map(([, lat, lon]) => [lat, lon]));
    map.on("zoomend", () => { groups = group(placed); });
    map.on("moveend", draw);
    // Without tiles one station alone is shown with its surroundings: they say where it lies.
    const closest = tiles ? 16 : placed.length === 1 ? 10 : 12;
    map.fitBounds(L.latLngBounds(corners), { padding: [36, 36], maxZoom: closest, animate: false });
    groups = group(placed);
    draw();
    for (const address of tiles.split(" ").filter(Boolean)) L.tileLayer(address, { maxZoom: 18 }).addTo(map);
    if (!tiles) nameGround();
    markPerson();
    figure.dataset.drawn = String(placed.length);
  }

  figure.hidden = false;
  const watcher = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watcher.disconnect();
    drawMap().catch(() => tell(say("地图暂时打不开，请看列表。", "The map cannot be opened now; please use the list.")));
  }, { rootMargin: "100px" });
  watcher.observe(canvas);

  // ---- The list

  const tools = document.querySelector("[data-tools]");
  if (!tools) return;
  tools.hidden = false;

  const toggle = tools.querySelector("[data-show-map]");
  toggle.addEventListener("click", () => {
    const on = finder.classList.toggle("shows-map");
    toggle.setAttribute("aria-pressed", String(on));
    map?.invalidateSize();
    if (on) figure.scrollIntoView();
  });

  // Metres between two points on the ground (haversine, a sphere of 6,371 km).
  function away(station) {
    if (station.lat === null) return Infinity;
    const rad = Math.PI / 180;
    const dLat = (station.lat - person.latitude) * rad;
    const dLon = (station.lon - person.longitude) * rad;
    const a = Math.sin(dLat / 2) ** 2
      + Math.cos(station.lat * rad) * Math.cos(person.latitude * rad) * Math.sin(dLon / 2) ** 2;
    return 12_742_000 * Math.asin(Math.sqrt(a));
  }

  function inWords(metres) {
    if (metres === Infinity) return "";
    const short = metres < 950;
    const number = short ? Math.max(50, Math.round(metres / 50) * 50) : (metres / 1000).toFixed(metres < 9950 ? 1 : 0);
    return short ? say(`约 ${number} 米`, `about ${number} m`) : say(`约 ${number} 公里`, `about ${number} km`);
  }

  const own = finder.querySelector("[data-own-order]");
  const nearest = finder.querySelector("[data-nearest]");
  const more = nearest.querySelector("[data-more]");
  const shape = document.querySelector("template[data-row]");

  function row(station) {
    const made = shape.content.cloneNode(true);
    const part = (name) => made.querySelector(`[data-${name}]`);
    part("kind").classList.add(`kind-${station.kind}`);
    part("kind").textContent = kinds[station.kind];
    part("away").textContent = inWords(station.away);
    Object.assign(part("name"), { textContent: station.name, href: station.url });
    part("where").textContent = station.where;
    if (station.phone) {
      Object.assign(part("phone").querySelector("a"), { textContent: station.phone, href: dial(station.phone) });
    } else part("phone").remove();
    if (!station.demo) part("demo").remove();
    if (!station.stepFree) part("step-free").remove();
    if (station.nextUrl) {
      Object.assign(part("next").querySelector("a"), { textContent: station.nextAt, href: station.nextUrl });
      part("next").querySelector("span").textContent = say(`还有 ${station.nextFree} 个时段可约`, `${station.nextFree} times still free`);
      part("no-next").remove();
    } else part("next").remove();
    return made;
  }

  async function sortByDistance() {
    const list = (await stations()).map((s) => ({ ...s, away: away(s) })).sort((a, b) => a.away - b.away);
    const rows = nearest.querySelector(".rows");
    rows.replaceChildren();
    const add = () => {
      const first = rows.children.length;
      rows.append(...list.slice(first, first + BATCH).map(row));
      more.hidden = rows.children.length >= list.length;
      return rows.children[first];
    };
    more.onclick = () => add()?.querySelector("h2 a").focus();
    add();
    own.hidden = true;
    nearest.hidden = false;
  }

  const near = tools.querySelector("[data-near]");
  const promise = note.textContent;
  const failed = () => tell(say("没有得到您的位置。请在浏览器里允许定位，或按区县、街道筛选。",
    "Your position is not known. Allow it in the browser, or filter by district and street."));
  if (!navigator.geolocation) near.hidden = note.hidden = true;
  near.addEventListener("click", () => {
    if (near.getAttribute("aria-pressed") === "true") {
      near.setAttribute("aria-pressed", "false");
      own.hidden = false;
      nearest.hidden = true;
      return;
    }
    tell(say("正在确定您的位置……", "Finding your position …"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      person = coords;
      sortByDistance().then(() => {
        near.setAttribute("aria-pressed", "true");
        tell(promise);
        markPerson();
      }).catch(failed);
    }, failed, { timeout: 15_000, maximumAge: 300_000 });
  });
})();
