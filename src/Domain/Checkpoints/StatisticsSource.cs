namespace LibvirtBackup.Checkpoints;

/// <summary>Who is asked how much changed since a checkpoint.</summary>
internal enum StatisticsSource
{
    /// <summary>
    /// libvirt, checkpoint by checkpoint: exact over a chain of images too, and it leaves no trace. Each question makes
    /// and removes a bitmap in QEMU and takes a job of the domain, so that it waits where another job is in the way.
    /// </summary>
    Libvirt,

    /// <summary>
    /// QEMU's monitor, all bitmaps at once: takes a part of the time, changes nothing in QEMU, and finds the bitmaps of
    /// checkpoints that libvirt has forgotten. libvirt marks every domain that is asked as tainted for the rest of its
    /// run. Where a bitmap is in several images of a chain, which only libvirt can add up, libvirt is asked.
    /// </summary>
    Monitor,
}
