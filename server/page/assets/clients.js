// Ready-made configurations of other programs for the chosen variant set.

import { encode, hasToken } from "/page/api.js";

const origin = location.origin;
const pretty = (value) => JSON.stringify(value, null, 2);
const path = (...parts) => parts.map(encode).join("/");
/** Within single quotes of a shell. */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const htsget = (kind, id) => `${origin}/htsget/${kind}/${encode(id)}`;
const file = (dataSet, name) => `${origin}/files/${path(dataSet, name)}`;
const brapi = `${origin}/brapi/v2`;
const bearer = () => (hasToken() ? ' -H "Authorization: Bearer $TOKEN"' : "");

function reference(set) {
  const found = set.references.find((r) => r.referenceSetDbId === set.referenceSetDbId);
  if (!found) return null;
  const url = file(found.dataSet, found.file);
  const packed = found.file.endsWith(".gz") ? { compressedIndexURL: `${url}.gzi` } : {};
  return { id: found.name, fastaURL: url, indexURL: `${url}.fai`, ...packed };
}

const reads = (set) => set.reads.filter((r) => r.dataSet === set.dataSet);

function igv(set) {
  const tracks = [
    {
      type: "variant", format: "vcf", sourceType: "htsget", name: set.name,
      url: htsget("variants", set.id), visibilityWindow: 100000,
    },
    ...reads(set).map((r) => ({
      type: "alignment", format: "bam", sourceType: "htsget", name: r.name,
      url: htsget("reads", r.readGroupSetId), visibilityWindow: 30000,
    })),
  ];
  const config = { loadDefaultGenomes: false, reference: reference(set) ?? { id: "yours", fastaURL: "…", indexURL: "…" }, locus: set.locus, tracks };
  return {
    text: `igv.createBrowser(document.getElementById("igv"), ${pretty(config)});`,
    note: reference(set)
      ? "The window is said here because igv.js shows none of a file with many samples otherwise."
      : "No FASTA file fits this set: put yours into the reference.",
  };
}

function assemblies(set) {
  const found = reference(set);
  if (!found) return [];
  const at = (uri) => ({ uri, locationType: "UriLocation" });
  const packed = found.compressedIndexURL;
  const adapter = {
    type: packed ? "BgzipFastaAdapter" : "IndexedFastaAdapter",
    fastaLocation: at(found.fastaURL), faiLocation: at(found.indexURL), ...(packed ? { gziLocation: at(packed) } : {}),
  };
  return [{ name: found.id, sequence: { type: "ReferenceSequenceTrack", trackId: `${found.id}-sequence`, adapter } }];
}

function jbrowse(set) {
  const name = set.files[0];
  const assembly = reference(set)?.id ?? "yours";
  const packed = set.files.length === 1 && /\.vcf\.b?gz$/.test(name);
  const tracks = reads(set).map((r) => ({
    type: "AlignmentsTrack", trackId: `${r.readGroupSetId}`, name: r.name, assemblyNames: [assembly],
    adapter: { type: "HtsgetBamAdapter", htsgetBase: `${origin}/htsget/reads`, htsgetTrackId: r.readGroupSetId },
  }));
  if (packed) {
    const uri = file(set.dataSet, name);
    tracks.unshift({
      type: "VariantTrack", trackId: set.id, name: set.name, assemblyNames: [assembly],
      adapter: {
        type: "VcfTabixAdapter", vcfGzLocation: { uri, locationType: "UriLocation" },
        index: { indexType: "CSI", location: { uri: `${uri}.csi`, locationType: "UriLocation" } },
      },
      displays: [{ type: "LinearVariantMatrixDisplay", displayId: `${set.id}-matrix` }],
    });
  }
  const note = packed
    ? "With a .tbi beside the file: indexType TBI."
    : "JBrowse 2 reads VCF.gz by its index, and neither BCF nor htsget for variants; this set is not one VCF.gz.";
  const text = tracks.length > 0 ? pretty({ assemblies: assemblies(set), tracks }) : "// no track of this set fits JBrowse 2";
  return { text, note };
}

function flapjack(set) {
  const exported = `${brapi}/variantsets/${encode(set.id)}/exports/${encode(set.name)}`;
  return {
    text: `# Flapjack › Import data › BrAPI, base URL\n${brapi}\n\n# or as files\ncurl${bearer()} -o ${quoted(`${set.name}.flapjack.txt`)} ${quoted(`${exported}.flapjack.txt`)}\ncurl${bearer()} -o ${quoted(`${set.name}.flapjack.map`)} ${quoted(`${exported}.flapjack.map`)}`,
    note: "Flapjack takes the file that the variant set links to; its own paging of JSON calls never ends.",
  };
}

function bcftools(set) {
  const url = htsget("variants", set.id);
  const name = set.files[0];
  const direct = set.files.length === 1 ? `\n\n# the file itself, by range\nbcftools view -H -r ${quoted(set.locus)} ${quoted(file(set.dataSet, name))}` : "";
  return {
    text: `# a region, over htsget\nbcftools view ${quoted(`${url}?referenceName=${encode(set.contig)}&start=${set.start}&end=${set.end}`)}${direct}\n\n# all of it, as a file\ncurl${bearer()} -o ${quoted(`${set.name}.bcf`)} ${quoted(`${brapi}/variantsets/${encode(set.id)}/exports/${encode(set.name)}.bcf`)}`,
    note: hasToken() ? "htslib sends a token that it finds in the file named by HTS_AUTH_LOCATION." : "",
  };
}

function samtools(set) {
  const found = reads(set);
  if (found.length === 0) return { text: "# there are no reads in this data set", note: "" };
  const lines = found.slice(0, 5).map((r) => `samtools view ${quoted(`${htsget("reads", r.readGroupSetId)}?referenceName=${encode(set.contig)}&start=${set.start}&end=${set.end}`)}`);
  return {
    text: `# a region, over htsget\n${lines.join("\n")}\n\n# sequences for CRAM, by their MD5\nexport REF_PATH=${quoted(`${origin}/sequence/%s`)}`,
    note: "REF_PATH lets samtools decode CRAM without a FASTA file of your own.",
  };
}

const curl = (set) => ({
  text: `# the matrix, a line per variant\ncurl --compressed${bearer()} -H 'Accept: application/x-ndjson' \\\n  ${quoted(`${brapi}/allelematrix?variantSetDbId=${encode(set.id)}`)}\n\n# a region of it, as JSON\ncurl${bearer()} ${quoted(`${brapi}/allelematrix?variantSetDbId=${encode(set.id)}&positionRange=${encode(set.locus)}`)}\n\n# which lines there are\ncurl${bearer()} ${quoted(`${brapi}/callsets?variantSetDbId=${encode(set.id)}`)}`,
  note: "",
});

function r(set) {
  const login = hasToken() ? '\nset_token(Sys.getenv("TOKEN"))' : "";
  return {
    text: `library(QBMS)\n\nset_qbms_config(${pretty(origin)}, path = "", engine = "gigwa", no_auth = TRUE)${login}\n\n# or without a package: the matrix as it comes\nx <- jsonlite::fromJSON(paste0(\n  ${pretty(`${brapi}/allelematrix?`)},\n  ${pretty(`variantSetDbId=${encode(set.id)}&dimensionVariantPageSize=1000`)}\n))$result\ngt <- x$dataMatrices$dataMatrix[[1]]\ndimnames(gt) <- list(x$variantDbIds, x$callSetDbIds)`,
    note: "For QBMS serve with --collapse-homozygotes: it takes anything longer than one character for heterozygous.",
  };
}

function python(set) {
  const headers = hasToken() ? '{"Accept": "application/x-ndjson", "Authorization": f"Bearer {os.environ[\'TOKEN\']}"}' : '{"Accept": "application/x-ndjson"}';
  return {
    text: `import json${hasToken() ? ", os" : ""}, urllib.request\n\nasked = urllib.request.Request(\n    ${pretty(`${brapi}/allelematrix?variantSetDbId=${encode(set.id)}`)},\n    headers=${headers},\n)\nwith urllib.request.urlopen(asked) as lines:\n    for line in lines:\n        row = json.loads(line)\n        print(row)\n\n# or all of it as one array of bytes: variants in rows, -1 for missing\n# numpy.load(…/exports/${set.name}.npy)`,
    note: "The last line says complete; without it the answer was cut.",
  };
}

export const clients = [
  ["igv.js", igv], ["JBrowse 2", jbrowse], ["Flapjack", flapjack], ["bcftools", bcftools],
  ["samtools", samtools], ["curl", curl], ["R", r], ["Python", python],
];
