namespace LibvirtBackup.Cli.Reports;

/// <summary>How the report looks, in light and dark.</summary>
internal static class HtmlStyle
{
    internal const string Sheet = """

        :root { color-scheme: light dark; --ink: #1c2430; --quiet: #667085; --back: #f6f7f9; --card: #fff;
          --line: #dfe3e8; --good: #1a7f4b; --attention: #b25e09; --bad: #c0262d;
          --full: #2f5fd0; --differential: #7a4fd0; --incremental: #5b9bd5; --copy: #8c97a6; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ee; --quiet: #98a2b3; --back: #14181f; --card: #1d232d;
            --line: #323a47; --good: #4cc38a; --attention: #f0a04b; --bad: #ff6369;
            --full: #7da2ff; --differential: #b79cff; --incremental: #8cc1f0; --copy: #98a2b3; } }
        body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 60px; }
        h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 19px; margin: 0; overflow-wrap: anywhere; }
        a { color: inherit; }
        section { margin-top: 28px; }
        section[id] { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px
          20px; }
        .quiet { color: var(--quiet); font-size: 13px; margin: 2px 0 12px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
        .cards div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px
          14px; }
        .cards span { display: block; margin: 0; }
        .cards strong { font-size: 20px; }
        table { width: 100%; border-collapse: collapse; margin-top: 16px; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 6px 18px 6px 0; border-bottom: 1px solid var(--line); white-space:
          nowrap; }
        th { color: var(--quiet); font-weight: 500; font-size: 13px; }
        td:last-child, th:last-child { padding-right: 0; }
        .n { text-align: right; }
        summary { color: var(--quiet); cursor: pointer; margin-top: 12px; }
        .wide { overflow-x: auto; }
        .pill { font-size: 12px; font-weight: 600; padding: 2px 9px; border-radius: 99px; border: 1px solid; }
        .pill.good { color: var(--good); } .pill.attention { color: var(--attention); } .pill.bad { color:
          var(--bad); }
        .note { border-left: 3px solid; padding-left: 10px; margin: 6px 0; overflow-wrap: anywhere; }
        .note.attention { border-color: var(--attention); } .note.bad { border-color: var(--bad); }
        .damaged { color: var(--bad); }
        svg { width: 100%; height: 82px; display: block; margin-top: 12px; }
        svg line { stroke: var(--line); }
        rect.full { fill: var(--full); } rect.differential { fill: var(--differential); } rect.bad { fill:
          var(--bad); }
        rect.incremental { fill: var(--incremental); } rect.copy { fill: var(--copy); }
        .axis { display: flex; justify-content: space-between; gap: 12px; flex-wrap: wrap; }
        .key { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin: 0 5px 0 8px; }
        td .key { margin-left: 0; }
        .key.full { background: var(--full); } .key.differential { background: var(--differential); }
        .key.incremental { background: var(--incremental); } .key.copy { background: var(--copy); }
        .key.bad { background: var(--bad); }
        @media (max-width: 760px) {
          main { padding: 16px 12px 40px; } section[id] { padding: 14px; }
          thead { display: none; } tbody, td { display: block; }
          tr { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 8px 0; border-bottom: 1px solid var(--line); }
          td { padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
          td:first-child { flex-basis: 100%; }
          td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); font-size: 13px; }
          .axis span:nth-child(2) { order: 3; flex-basis: 100%; } .axis .key { flex: none; } }

        """;
}
