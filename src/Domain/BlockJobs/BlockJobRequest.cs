namespace LibvirtBackup.BlockJobs;

/// <summary>A job that moves data between the images of a disk; the guest sees no change.</summary>
internal abstract record BlockJobRequest
{
    private BlockJobRequest()
    {
    }

    /// <summary>The domain: name, UUID or id.</summary>
    public required string Domain { get; init; }

    /// <summary>The disk by its target.</summary>
    public required string Disk { get; init; }

    /// <summary>The most bytes that the job moves in a second; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>True to go on where bitmaps are lost, after which backups read the disk whole once.</summary>
    public bool DropBitmaps { get; init; }

    /// <summary>Merges images into one behind them, which the disk uses from then on.</summary>
    public sealed record Commit : BlockJobRequest
    {
        /// <summary>The highest image that is merged; null for the one that the guest writes.</summary>
        public string? Top { get; init; }

        /// <summary>The image that receives; null for the lowest.</summary>
        public string? Base { get; init; }

        /// <summary>
        /// True to leave the guest in the image that it writes: the base has all of its data at that moment, and is not
        /// used. Of the active image only.
        /// </summary>
        public bool KeepOverlay { get; init; }
    }

    /// <summary>Copies what is behind the image that the guest writes into it.</summary>
    public sealed record Pull : BlockJobRequest
    {
        /// <summary>The image that stays behind; null for none.</summary>
        public string? Base { get; init; }
    }

    /// <summary>Copies the disk to a new image.</summary>
    public sealed record Copy : BlockJobRequest
    {
        /// <summary>The new image's path.</summary>
        public required string Destination { get; init; }

        /// <summary>Its format.</summary>
        public string Format { get; init; } = "qcow2";

        /// <summary>True to copy the image that the guest writes only, and to leave those behind it where they are.
        /// </summary>
        public bool Shallow { get; init; }

        /// <summary>True when the new image exists already, made for it.</summary>
        public bool ReuseExternal { get; init; }

        /// <summary>
        /// True to let the guest go on in the new image; false to keep it as a copy of the moment of the end.
        /// </summary>
        public bool Pivot { get; init; }
    }
}
