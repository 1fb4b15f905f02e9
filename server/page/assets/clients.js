// Ready-made configurations of other programs for the chosen variant set.

import { base, encode, hasToken } from "./api.js";

const { hostname, protocol } = new URL(base);
const brapi = `${base}/brapi/v2`;
const pretty = (value) => JSON.stringify(value, null, 2);
const lines = (...parts) => parts.flat().filter((part) => part !== null).join("\n");
const path = (...parts) => parts.map(encode).join("/");
/** Within single quotes of a shell. */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const htsget = (kind, id) => `${base}/htsget/${kind}/${encode(id)}`;
const file = (dataSet, name) => `${base}/files/${path(dataSet, name)}`;
const exported = (set, ending) => `${brapi}/variantsets/${encode(set.id)}/exports/${encode(set.name)}.${ending}`;
const sliced = (url, set) => `${url}?referenceName=${encode(set.contig)}&start=${set.start}&end=${set.end}`;

const bearer = () => (hasToken() ? ' -H "Authorization: Bearer $TOKEN"' : "");
/** Into a file that is named like the set. */
const download = (set, ending) => `curl${bearer()} -o ${quoted(`${set.name.replaceAll("/", "_")}.${ending}`)} ${quoted(exported(set, ending))}`;

/** BrAPI takes the name of a contig as it is. */
const place = (set) => `${set.contig}:${set.start + 1}-${set.end}`;
/** bcftools splits -r at the first colon and at commas; of a file with a line it does not. */
const region = (set) =>
  /[:,]/.test(set.contig)
    ? `-R <(printf '%s\\t%s\\t%s\\n' ${quoted(set.contig)} ${set.start + 1} ${set.end})`
    : `-r ${quoted(place(set))}`;
/** igv.js splits at the first colon, but not where there are tabs. */
export const locus = (set) => (set.contig.includes(":") ? [set.contig, set.start + 1, set.end].join("\t") : place(set));

function reference(set) {
  const found = set.references.find((r) => r.referenceSetDbId === set.referenceSetDbId);
  if (!found?.file) return null;
  const url = file(found.dataSet, found.file);
  const packed = found.file.endsWith(".gz") ? { compressedIndexURL: `${url}.gzi` } : {};
  return { id: found.name, fastaURL: url, indexURL: `${url}.fai`, ...packed };
}

/** The ending of the index of the only file; null where there is no such, or several files. */
const indexOf = (set) => (set.files.length === 1 ? set.indexes[0] : null);

const reads = (set) => set.reads.filter((r) => r.dataSet === set.dataSet);
/** Annotations that can be had by their index. */
const annotations = (set) => set.tracks.filter((t) => t.dataSet === set.dataSet && t.file && t.index);

/** What igv.js makes a browser of, which looks up nothing elsewhere; without a FASTA file of ours the reference
 * is null. */
export function igvConfiguration(set) {
  const tracks = [
    {
      type: "variant", format: "vcf", sourceType: "htsget", name: set.name,
      url: htsget("variants", set.id), visibilityWindow: 100000,
    },
    ...reads(set).map((r) => ({
      type: "alignment", format: "bam", sourceType: "htsget", name: r.name,
      url: htsget("reads", r.readGroupSetId), visibilityWindow: 30000,
    })),
    ...annotations(set).map((t) => {
      const url = file(t.dataSet, t.file);
      return { type: "annotation", format: t.format, name: t.name, url, indexURL: url + t.index, visibilityWindow: 1000000 };
    }),
  ];
  return { loadDefaultGenomes: false, search: false, reference: reference(set), locus: locus(set), tracks };
}

function igv(set) {
  const config = igvConfiguration(set);
  const login = hasToken() ? [`igv.setOauthToken("…", ${pretty(hostname)}); // your token, for this host alone`, ""] : [];
  const yours = { id: "yours", fastaURL: "…", indexURL: "…" };
  return {
    text: lines(login, `igv.createBrowser(document.getElementById("igv"), ${pretty({ ...config, reference: config.reference ?? yours })});`),
    note: config.reference
      ? "The window is said here because igv.js shows none of a file with many samples otherwise."
      : "No FASTA file fits this set: put yours into the reference.",
  };
}

// --- JBrowse 2

const account = "callstream";
/** A token is asked for by JBrowse itself, once. */
const at = (uri) => ({ uri, locationType: "UriLocation", ...(hasToken() ? { internetAccountId: account } : {}) });

const indexAt = (uri, ending) => ({ indexType: ending.slice(1).toUpperCase(), location: at(uri + ending) });

function assemblies(set) {
  const found = reference(set);
  if (!found) return [];
  const packed = found.compressedIndexURL;
  const adapter = {
    type: packed ? "BgzipFastaAdapter" : "IndexedFastaAdapter",
    fastaLocation: at(found.fastaURL), faiLocation: at(found.indexURL), ...(packed ? { gziLocation: at(packed) } : {}),
  };
  return [{ name: found.id, sequence: { type: "ReferenceSequenceTrack", trackId: `${found.id}-sequence`, adapter } }];
}

/** Null when JBrowse has no way to the variants: it reads one VCF.gz by its index. */
function jbrowseVariants(set, assembly) {
  const [name] = set.files;
  const ending = indexOf(set);
  if (!ending || !/\.vcf\.b?gz$/.test(name)) return null;
  const uri = file(set.dataSet, name);
  return {
    type: "VariantTrack", trackId: set.id, name: set.name, assemblyNames: [assembly],
    adapter: { type: "VcfTabixAdapter", vcfGzLocation: at(uri), index: indexAt(uri, ending) },
    displays: [{ type: "LinearVariantMatrixDisplay", displayId: `${set.id}-matrix` }],
  };
}

/** Its htsget adapter sends no token, so that reads come from the file then. */
function jbrowseReads(set) {
  if (!hasToken()) return { type: "HtsgetBamAdapter", htsgetBase: `${base}/htsget/reads`, htsgetTrackId: set.readGroupSetId };
  const uri = file(set.dataSet, set.file);
  return { type: "BamAdapter", bamLocation: at(uri), index: indexAt(uri, set.index) };
}
const fitsJbrowse = (set) => !hasToken() || Boolean(set.file?.endsWith(".bam") && set.index);

/** It has no adapter for packed GTF. */
function jbrowseAnnotations(track, assembly) {
  const uri = file(track.dataSet, track.file);
  const [kind, place] = track.format === "bed" ? ["BedTabixAdapter", "bedGzLocation"] : ["Gff3TabixAdapter", "gffGzLocation"];
  const index = indexAt(uri, track.index);
  return { type: "FeatureTrack", trackId: track.trackId, name: track.name, assemblyNames: [assembly], adapter: { type: kind, [place]: at(uri), index } };
}

function jbrowse(set) {
  const assembly = reference(set)?.id ?? "yours";
  const variants = jbrowseVariants(set, assembly);
  const tracks = reads(set).filter(fitsJbrowse).map((r) => ({
    type: "AlignmentsTrack", trackId: r.readGroupSetId, name: r.name, assemblyNames: [assembly], adapter: jbrowseReads(r),
  }));
  if (variants) tracks.unshift(variants);
  tracks.push(...annotations(set).filter((t) => t.format !== "gtf").map((t) => jbrowseAnnotations(t, assembly)));
  const login = {
    internetAccounts: [{ type: "ExternalTokenInternetAccount", internetAccountId: account, name: account, tokenType: "Bearer", domains: [hostname] }],
  };
  const note = variants
    ? "A matrix of call sets and variants, drawn from the file by its index."
    : "JBrowse 2 reads VCF.gz by its index, and neither BCF nor htsget for variants; this set is not one VCF.gz.";
  const config = { assemblies: assemblies(set), ...(hasToken() ? login : {}), tracks };
  return { text: tracks.length > 0 ? pretty(config) : "// no track of this set fits JBrowse 2", note };
}

// --- programs without a browser

function flapjack(set) {
  return {
    text: lines(
      "# Flapjack › Import data › BrAPI, base URL", `# ${brapi}`, "",
      "# or as files", download(set, "flapjack.txt"), download(set, "flapjack.map"),
    ),
    note: "Flapjack takes the file that the variant set links to; its own paging of JSON calls never ends.",
  };
}

/** htslib reads a token from a file, and keeps it to itself where the line is not encrypted. */
function htslibLogin() {
  if (!hasToken()) return [];
  const open = "export HTS_ALLOW_UNENCRYPTED_AUTHORIZATION_HEADER='I understand the risks'";
  return [
    "# where htslib looks for the token", `(umask 077; printf %s "$TOKEN" > callstream.token)`,
    `export HTS_AUTH_LOCATION="$PWD/callstream.token"`, protocol === "http:" ? open : null, "",
  ];
}

function bcftools(set) {
  const direct = () => ["", "# the file itself, by range", `bcftools view ${region(set)} ${quoted(file(set.dataSet, set.files[0]))}`];
  return {
    text: lines(
      htslibLogin(),
      "# a region, over htsget", `bcftools view ${quoted(sliced(htsget("variants", set.id), set))}`,
      indexOf(set) ? direct() : [],
      "", "# all of it, as a file", download(set, "bcf"),
    ),
    note: "",
  };
}

function samtools(set) {
  const found = reads(set).slice(0, 5);
  if (found.length === 0) return { text: "# there are no reads in this data set", note: "" };
  return {
    text: lines(
      htslibLogin(),
      "# a region, over htsget", found.map((r) => `samtools view ${quoted(sliced(htsget("reads", r.readGroupSetId), set))}`),
      "", "# sequences for CRAM, by their MD5", `export REF_PATH=${quoted(`${base}/sequence/%s`)}`,
    ),
    note: "REF_PATH lets samtools decode CRAM without a FASTA file of your own.",
  };
}

function curl(set) {
  const matrix = `${brapi}/allelematrix?variantSetDbId=${encode(set.id)}`;
  return {
    text: lines(
      "# the matrix, a line per variant",
      `curl --compressed${bearer()} -H 'Accept: application/x-ndjson' \\`, `  ${quoted(matrix)}`, "",
      "# a region of it, as JSON", `curl${bearer()} ${quoted(`${matrix}&positionRange=${encode(place(set))}`)}`, "",
      "# which lines there are", `curl${bearer()} ${quoted(`${brapi}/callsets?variantSetDbId=${encode(set.id)}`)}`,
    ),
    note: "",
  };
}

function r(set) {
  const opened = hasToken() ? 'url(asked, headers = c(Authorization = paste("Bearer", Sys.getenv("TOKEN"))))' : "asked";
  return {
    text: lines(
      "library(QBMS)", "",
      `set_qbms_config(${pretty(base)}, path = "", engine = "gigwa", no_auth = TRUE)`,
      hasToken() ? 'set_token(Sys.getenv("TOKEN"))' : null, "",
      "# or without a package: the matrix as it comes",
      "asked <- paste0(", `  ${pretty(`${brapi}/allelematrix?`)},`,
      `  ${pretty(`variantSetDbId=${encode(set.id)}&dimensionVariantPageSize=1000`)}`, ")",
      `x <- jsonlite::fromJSON(${opened})$result`,
      "gt <- x$dataMatrices$dataMatrix[[1]]", "dimnames(gt) <- list(x$variantDbIds, x$callSetDbIds)",
    ),
    note: "For QBMS serve with --collapse-homozygotes: it takes anything longer than one character for heterozygous.",
  };
}

function python(set) {
  const login = hasToken() ? `, "Authorization": f"Bearer {os.environ['TOKEN']}"` : "";
  return {
    text: lines(
      `import json${hasToken() ? ", os" : ""}, urllib.request`, "",
      "asked = urllib.request.Request(",
      `    ${pretty(`${brapi}/allelematrix?variantSetDbId=${encode(set.id)}`)},`,
      `    headers={"Accept": "application/x-ndjson"${login}},`, ")",
      "with urllib.request.urlopen(asked) as lines:", "    for line in lines:",
      "        row = json.loads(line)", "        print(row)", "",
      "# or all of it as one array of bytes for numpy: variants in rows, -1 for missing", `# ${exported(set, "npy")}`,
    ),
    note: "The last line says complete; without it the answer was cut.",
  };
}

export const clients = [
  ["igv.js", igv], ["JBrowse 2", jbrowse], ["Flapjack", flapjack], ["bcftools", bcftools],
  ["samtools", samtools], ["curl", curl], ["R", r], ["Python", python],
];
