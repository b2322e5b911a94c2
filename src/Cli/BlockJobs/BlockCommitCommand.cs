using System.CommandLine;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary><c>blockcommit</c>.</summary>
internal sealed class BlockCommitCommand : BlockJobCommand
{
    private readonly Option<string?> _top;
    private readonly Option<string?> _base;
    private readonly Option<bool> _keepOverlay;

    internal BlockCommitCommand()
        : base("blockcommit", "Merge images of a disk into one behind them, and keep its checkpoints true.")
    {
        _top = AddOption(new Option<string?>("--top")
        {
            Description = "the highest image that is merged; the one that the guest writes when absent",
            HelpName = "image",
        });
        _base = AddOption(new Option<string?>("--base")
        {
            Description = "the image that receives; the lowest when absent", HelpName = "image",
        });
        _keepOverlay = AddFlag("--keep-overlay", "merge all, but let the guest go on in the image that it writes");
    }

    internal override string Details => """
        The command returns when all is merged, and the guest works in the image that is left. What libvirt drops is
        carried over: bitmaps that do not record, and transient ones. A base that cannot hold bitmaps (raw, qcow2
        version 2) is refused. Every checkpoint is looked at afterwards. A domain that is shut off is started paused
        for it, and stopped again. Where the job fails, the guest goes on with the same data.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("blockcommit web vda", "one image again, after snapshots"),
        new("blockcommit web vda --top /images/web.s1 --base /images/web.qcow2", "only the older of two snapshots"),
    ];

    private protected override BlockJobRequest Read(ParseResult line) => new BlockJobRequest.Commit
    {
        Domain = "",
        Disk = "",
        Top = line.GetValue(_top),
        Base = line.GetValue(_base),
        KeepOverlay = line.GetValue(_keepOverlay),
    };
}
