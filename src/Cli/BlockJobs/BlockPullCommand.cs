using System.CommandLine;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary><c>blockpull</c>.</summary>
internal sealed class BlockPullCommand : BlockJobCommand
{
    private readonly Option<string?> _base;

    internal BlockPullCommand()
        : base("blockpull", "Copy what is behind a disk's image into it, and keep its checkpoints true.") =>
        _base = AddOption(new Option<string?>("--base")
        {
            Description = "the image that stays behind it; none when absent", HelpName = "image",
        });

    internal override string Details => """
        The command returns when all is copied, and the images that were copied are not used any more. What libvirt
        drops is carried over: bitmaps that do not record, and transient ones. Every checkpoint is looked at
        afterwards. A domain that is shut off is started paused for it, and stopped again.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("blockpull web vda", "make the image independent of all others"),
        new("blockpull web vda --base /images/golden.qcow2", "keep the image that many domains share"),
    ];

    private protected override BlockJobRequest Read(ParseResult line) => new BlockJobRequest.Pull
    {
        Domain = "",
        Disk = "",
        Base = line.GetValue(_base),
    };
}
