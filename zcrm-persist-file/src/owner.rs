//! Whose files these are: what was found is not another's, and what is made belongs to whom the folder belongs.

#[cfg(unix)]
pub(crate) use unix::{Likeness, distrust, faults_of_folder, give, may_write, other_owner, readers, warn_about_folder};
#[cfg(not(unix))]
pub(crate) use windows::{
    Likeness, distrust, faults_of_folder, give, may_write, other_owner, readers, warn_about_folder,
};

#[cfg(unix)]
mod unix {
    use std::fs::{File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown, lchown};
    use std::path::Path;

    const ROOT: u32 = 0;

    fn me() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    /// Why a file of the store is not to be used; `None` when it belongs to this user, or to root, who may do anything
    /// anyway. Root works with the files of any user.
    pub(crate) fn distrust(found: &Metadata) -> Option<String> {
        let (owner, me) = (found.uid(), me());
        (owner != me && owner != ROOT && me != ROOT).then(|| {
            format!(
                "it belongs to the user with the id {owner}, and this program runs as {me}; run it as that user, or give \
                 the file to this one (chown)"
            )
        })
    }

    /// Who else can exchange the store's files in a folder, and what to do, each in one line.
    pub(crate) fn faults_of_folder(folder: &Path, found: &Metadata) -> Vec<String> {
        let name = folder.display();
        let owner =
            distrust(found).map(|why| format!("whoever owns the folder {name} can exchange the tokens in it: {why}"));
        let others = (found.mode() & 0o022 != 0).then(|| {
            format!("other users can write to the folder {name} and exchange the tokens in it; run: chmod go-w {name}")
        });
        owner.into_iter().chain(others).collect()
    }

    /// Warns of a folder in which somebody else can exchange the store's files.
    pub(crate) fn warn_about_folder(folder: &Path, found: &Metadata) {
        faults_of_folder(folder, found).iter().for_each(|fault| log::warn!("{fault}"));
    }

    /// Who beside the owner may read a file.
    pub(crate) fn readers(found: &Metadata) -> Option<&'static str> {
        match found.mode() {
            mode if mode & 0o004 != 0 => Some("every user of this machine"),
            mode if mode & 0o040 != 0 => Some("the group of the file"),
            _ => None,
        }
    }

    /// The user whom a file belongs to, where that is neither this program's, nor root, nor the folder's.
    pub(crate) fn other_owner(found: &Metadata, folder: &Metadata) -> Option<u32> {
        let owner = found.uid();
        (![me(), ROOT, folder.uid()].contains(&owner)).then_some(owner)
    }

    /// Whether this program may make files in a folder.
    pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
        Ok(rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?)
    }

    /// Gives what root has just made in a folder to the owner of that folder, whose programs work with it later.
    pub(crate) fn give(made: &Path, folder: &Metadata) -> io::Result<()> {
        if me() != ROOT || folder.uid() == ROOT {
            return Ok(());
        }
        lchown(made, Some(folder.uid()), Some(folder.gid()))
    }

    /// What the file that takes another's place has in common with it: owner, group and mode.
    #[derive(Clone, Copy)]
    pub(crate) struct Likeness {
        owner: u32,
        group: u32,
        mode: u32,
    }

    impl Likeness {
        /// Of a token file that is there. A group that was let in deliberately stays; the mode that a file made by hand
        /// has, open to everybody, does not.
        pub(crate) fn of(found: &Metadata) -> Self {
            let mode = if found.mode() & 0o007 == 0 { found.mode() & 0o660 | 0o600 } else { 0o600 };
            Self { owner: found.uid(), group: found.gid(), mode }
        }

        /// Whether users who have no business with it may use the file that was found.
        pub(crate) fn is_open_to_all(found: &Metadata) -> bool {
            found.mode() & 0o007 != 0
        }

        /// Of a token file that is not there, in a folder.
        pub(crate) fn of_new(folder: &Metadata) -> Option<Self> {
            let is_ours = me() != ROOT || folder.uid() == ROOT;
            (!is_ours).then(|| Self { owner: folder.uid(), group: folder.gid(), mode: 0o600 })
        }

        /// Makes a new file, which is this user's with mode 0600, like this.
        pub(crate) fn apply(self, new: &File) -> io::Result<()> {
            let found = new.metadata()?;
            if found.uid() != self.owner {
                fchown(new, Some(self.owner), Some(self.group))?;
            } else if found.gid() != self.group && self.mode & 0o060 != 0 {
                fchown(new, None, Some(self.group))?;
            }
            if self.mode == 0o600 { Ok(()) } else { new.set_permissions(Permissions::from_mode(self.mode)) }
        }

        /// Why a save is refused that could not keep the owner.
        pub(crate) fn refusal(self) -> String {
            format!(
                "it belongs to the user {} and the group {}, and this program, which runs as {}, cannot write a file that \
                 does; run it as that user, or give the file to this one (chown)",
                self.owner,
                self.group,
                me()
            )
        }
    }
}

/// Access lists are the folder's matter here; a new file has that of its folder.
#[cfg(not(unix))]
mod windows {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    pub(crate) fn distrust(_: &Metadata) -> Option<String> {
        None
    }

    pub(crate) fn faults_of_folder(_: &Path, _: &Metadata) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn warn_about_folder(_: &Path, _: &Metadata) {}

    pub(crate) fn readers(_: &Metadata) -> Option<&'static str> {
        None
    }

    pub(crate) fn other_owner(_: &Metadata, _: &Metadata) -> Option<u32> {
        None
    }

    pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
        std::fs::metadata(folder).map(drop)
    }

    pub(crate) fn give(_: &Path, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Likeness;

    impl Likeness {
        pub(crate) fn of(_: &Metadata) -> Self {
            Self
        }

        pub(crate) fn is_open_to_all(_: &Metadata) -> bool {
            false
        }

        pub(crate) fn of_new(_: &Metadata) -> Option<Self> {
            None
        }

        pub(crate) fn apply(self, _: &File) -> io::Result<()> {
            Ok(())
        }

        pub(crate) fn refusal(self) -> String {
            "its owner cannot be kept".to_owned()
        }
    }
}
