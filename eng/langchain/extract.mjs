// How fast one core extracts and chunks the files of a folder with LangChain.js, by type: the peer of
// `RagAspire.Benchmarks extraction`, with its rounds and its columns. Usage: node extract.mjs FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { JSONLoader } from "@langchain/classic/document_loaders/fs/json";
import { TextLoader } from "@langchain/classic/document_loaders/fs/text";
import { CSVLoader } from "@langchain/community/document_loaders/fs/csv";
import { DocxLoader } from "@langchain/community/document_loaders/fs/docx";
import { EPubLoader } from "@langchain/community/document_loaders/fs/epub";
import { PDFLoader } from "@langchain/community/document_loaders/fs/pdf";
import { PPTXLoader } from "@langchain/community/document_loaders/fs/pptx";
import { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { load } from "cheerio";

const rounds = 3;
const leastSeconds = 2; // Small files are read again and again: for the clock, and until the code is compiled.

// The mean of 512 tokens in docs/performance.md, and 64 tokens of overlap in the same proportion.
const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 1938, chunkOverlap: 242 });

// PDFLoader takes the newest PDF.js that is installed; its option for another one gets that of pdf-parse 1.
const pdfParse1 = async () => (await import("pdf-parse-1/lib/pdf.js/v1.10.100/build/pdf.js")).default;

// What CheerioWebBaseLoader does with a page after it fetched it.
async function loadHtml(file) {
  const page = load(await file.blob.text());
  return [new Document({ pageContent: page("body").text(), metadata: { title: page("title").text() } })];
}

const types = [
  ["CSV", ".csv", file => new CSVLoader(file.blob).load()],
  ["EPUB", ".epub", file => new EPubLoader(file.path).load()], // It reads no bytes in memory.
  ["HTML", ".html", loadHtml],
  ["JSON", ".json", file => new JSONLoader(file.blob).load()],
  ["Markdown", ".md", file => new TextLoader(file.blob).load()],
  ["PDF (pdf-parse 2)", ".pdf", file => new PDFLoader(file.blob).load()],
  ["PDF (pdf-parse 1)", ".pdf", file => new PDFLoader(file.blob, { pdfjs: pdfParse1 }).load()],
  ["PowerPoint", ".pptx", file => new PPTXLoader(file.blob).load()],
  ["Word", ".docx", file => new DocxLoader(file.blob).load()],
  ["text", ".txt", file => new TextLoader(file.blob).load()],
];

/** @returns The chunks of a file; empty where it has no text or its loader failed. */
async function chunksOf(file, loader) {
  try {
    return await splitter.splitDocuments(await loader(file));
  } catch {
    return [];
  }
}

/** Seconds of processor time of the whole process, with its garbage collector and its compiler. */
function usedSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function round(rate) {
  const startedAt = usedSeconds();
  let times = 0;
  while (usedSeconds() - startedAt < leastSeconds) {
    rate.unreadable = 0;
    for (const file of rate.files) {
      const chunks = await chunksOf(file, rate.loader);
      rate.unreadable += chunks.length === 0 ? 1 : 0;
    }

    times++;
  }

  return (usedSeconds() - startedAt) / times;
}

function row({ name, files, unreadable, seconds }) {
  const median = seconds.sort((one, other) => one - other)[Math.floor(seconds.length / 2)];
  const megabytes = files.reduce((sum, file) => sum + file.blob.size, 0) / 1e6;
  const cells = [name, files.length, unreadable, (megabytes * 1000).toFixed(0),
    (files.length / median).toFixed(1), (megabytes / median).toFixed(2)];
  return `| ${cells.join(" | ")} |`;
}

function ratesOf(folder) {
  const paths = readdirSync(folder, { recursive: true }).map(name => join(folder, name)).sort();
  return types.map(([name, extension, loader]) => ({
    name,
    loader,
    files: paths.filter(path => extname(path) === extension).map(path => ({ path, blob: new Blob([readFileSync(path)]) })),
    unreadable: 0,
    seconds: [],
  })).filter(rate => rate.files.length > 0);
}

if (process.argv.length !== 3) {
  console.error("Usage: node extract.mjs FOLDER");
  process.exit(2);
}

const rates = ratesOf(process.argv[2]);
for (let number = 0; number <= rounds; number++) {
  for (const rate of rates) {
    const seconds = await round(rate);
    if (number > 0) {
      rate.seconds.push(seconds);
    }
  }

  console.log(number === 0 ? "warmed up" : `round ${number} of ${rounds} is done`);
}

console.log("| type | files | unreadable | kB | documents/s | MB/s |");
console.log("|---|---|---|---|---|---|");
rates.forEach(rate => console.log(row(rate)));
